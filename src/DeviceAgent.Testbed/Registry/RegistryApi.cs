using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Iam;
using DeviceAgent.Testbed.Registry.Rest;
using DeviceAgent.Testbed.Signing;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Testbed.Registry;

/// <summary>The AWS IoT control plane over HTTP: REST-JSON, requests signed for the service <c>iot</c>.</summary>
/// <param name="registry">What the operations work on.</param>
/// <param name="iam">Says what a caller with temporary credentials may do; the operator may do everything.</param>
/// <param name="requests">Checks signatures; made for <see cref="SignedService.Iot"/>.</param>
/// <param name="endpointOf">From an endpoint type such as <c>iot:CredentialProvider</c> to host and port; null for one that the testbed does not have.</param>
/// <param name="others">The operations of the other services behind this listener.</param>
internal sealed class RegistryApi(RegistryService registry, IamService iam, SignedRequestReader requests, Func<string, string?> endpointOf, IReadOnlyList<RestRoute> others)
{
    public IReadOnlyList<RestRoute> Routes { get; } =
    [
        .. new ThingOperations(registry.Things).Routes,
        .. new ThingTypeOperations(registry.ThingTypes).Routes,
        .. new ThingGroupOperations(registry.ThingGroups).Routes,
        .. new ThingGroupMemberOperations(registry.ThingGroups).Routes,
        .. new PrincipalOperations(registry.Principals).Routes,
        .. new CaCertificateOperations(registry.CaCertificates).Routes,
        .. new CertificateOperations(registry.Certificates).Routes,
        .. new PolicyOperations(registry.Policies).Routes,
        .. new PolicyTargetOperations(registry.PolicyTargets).Routes,
        .. new RoleAliasOperations(registry.RoleAliases).Routes,
        .. new EndpointOperations(endpointOf).Routes,
        .. others,
    ];

    public async Task HandleAsync(HttpContext context)
    {
        if (await requests.ReadAsync(context) is not { } request) return;
        await new RestService("AWS IoT", Routes).AnswerAsync(context, request.Body, permission => Authorize(request.Caller, permission));
    }

    private void Authorize(Caller caller, Permission wanted)
    {
        var decision = iam.Decide(caller, wanted.Action, wanted.Resource);
        if (decision != PolicyDecision.Allow)
            throw new RegistryException("AccessDeniedException", StatusCodes.Status403Forbidden, AccessDenied.Message(caller, wanted.Action, wanted.Resource, decision));
    }
}

/// <param name="addressOf">From an endpoint type such as <c>iot:Data-ATS</c> to host and port; null for one that the testbed does not have.</param>
internal sealed class EndpointOperations(Func<string, string?> addressOf)
{
    private const string DefaultType = "iot:Data";

    public IReadOnlyList<RestRoute> Routes => [new("DescribeEndpoint", "GET", "/endpoint", Describe)];

    private JsonObject Describe(RestRequest request)
    {
        var type = request.Query("endpointType") ?? DefaultType;
        return new JsonObject
        {
            ["endpointAddress"] = addressOf(type) ?? throw RegistryException.InvalidRequest($"Endpoint type {type} is not supported."),
        };
    }
}
