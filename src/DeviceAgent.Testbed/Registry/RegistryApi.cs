using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Iam;
using DeviceAgent.Testbed.Jobs;
using DeviceAgent.Testbed.Jobs.Rest;
using DeviceAgent.Testbed.Registry.Rest;
using DeviceAgent.Testbed.Signing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DeviceAgent.Testbed.Registry;

/// <summary>The AWS IoT control plane over HTTP: REST-JSON, requests signed for the service <c>iot</c>.</summary>
/// <param name="registry">What the operations work on.</param>
/// <param name="jobs">The jobs, which share this door.</param>
/// <param name="iam">Says what a caller with temporary credentials may do; the operator may do everything.</param>
/// <param name="requests">Checks signatures; made for the door <see cref="SignedDoor.Iot"/>.</param>
/// <param name="endpointOf">From an endpoint type such as <c>iot:CredentialProvider</c> to host and port; null for one that the testbed does not have.</param>
internal sealed class RegistryApi(RegistryService registry, JobsService jobs, IamService iam, SignedRequestReader requests, Func<string, string?> endpointOf)
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
        .. new JobOperations(jobs.Control, registry.ThingGroups, jobs.Time).Routes,
        .. new JobExecutionOperations(jobs.Control, jobs.Time).Routes,
        .. new EndpointOperations(endpointOf).Routes,
    ];

    public async Task HandleAsync(HttpContext context)
    {
        if (await requests.ReadAsync(context) is not { } request) return;
        try
        {
            await WriteAsync(context, StatusCodes.Status200OK, Answer(context, request));
        }
        catch (RegistryException e)
        {
            context.Response.Headers["x-amzn-ErrorType"] = e.Type;
            var body = new JsonObject { ["message"] = e.Message }.With("resourceId", e.ResourceId).With("resourceArn", e.ResourceArn);
            await WriteAsync(context, e.StatusCode, body);
        }
    }

    private JsonObject? Answer(HttpContext context, SignedRequest request)
    {
        var rawTarget = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var target = RestTarget.Parse(rawTarget);
        foreach (var route in Routes.Where(r => r.Method == context.Request.Method))
        {
            if (route.Match(target.Segments) is not { } labels) continue;
            Authorize(request.Caller, $"iot:{route.Operation}", RegistryResources.Of(labels));
            return route.Handler(new RestRequest(labels, target.Query, name => context.Request.Headers[name], RestRequest.ParseBody(request.Body)));
        }

        throw new RegistryException(
            "UnknownOperationException", StatusCodes.Status404NotFound, $"The testbed plays no AWS IoT operation {context.Request.Method} {rawTarget.Split('?')[0]}.");
    }

    private void Authorize(Caller caller, string action, string resource)
    {
        var decision = iam.Decide(caller, action, resource);
        if (decision != PolicyDecision.Allow)
            throw new RegistryException("AccessDeniedException", StatusCodes.Status403Forbidden, AccessDenied.Message(caller, action, resource, decision));
    }

    private static async Task WriteAsync(HttpContext context, int status, JsonObject? body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        var bytes = body is null ? [] : Encoding.UTF8.GetBytes(body.ToJsonString());
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }
}
