using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Registry.Rest;
using DeviceAgent.Testbed.Signing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DeviceAgent.Testbed.Registry;

/// <summary>The AWS IoT control plane over HTTP: REST-JSON, requests signed for the service <c>iot</c>.</summary>
/// <param name="registry">What the operations work on.</param>
/// <param name="requests">Checks signatures; made for the door <see cref="SignedDoor.Iot"/>.</param>
/// <param name="endpointOf">From an endpoint type such as <c>iot:CredentialProvider</c> to host and port; null for one that the testbed does not have.</param>
internal sealed class RegistryApi(RegistryService registry, SignedRequestReader requests, Func<string, string?> endpointOf)
{
    public IReadOnlyList<RestRoute> Routes { get; } =
    [
        .. new ThingOperations(registry.Things).Routes,
        .. new ThingTypeOperations(registry.ThingTypes).Routes,
        .. new PrincipalOperations(registry.Principals).Routes,
        .. new CaCertificateOperations(registry.CaCertificates).Routes,
        .. new CertificateOperations(registry.Certificates).Routes,
        .. new PolicyOperations(registry.Policies).Routes,
        .. new PolicyTargetOperations(registry.PolicyTargets).Routes,
        .. new RoleAliasOperations(registry.RoleAliases).Routes,
        .. new EndpointOperations(endpointOf).Routes,
    ];

    public async Task HandleAsync(HttpContext context)
    {
        if (await requests.ReadAsync(context) is not { } request) return;
        try
        {
            RequireOperator(request);
            await WriteAsync(context, StatusCodes.Status200OK, Answer(context, request.Body));
        }
        catch (RegistryException e)
        {
            context.Response.Headers["x-amzn-ErrorType"] = e.Type;
            var body = new JsonObject { ["message"] = e.Message }.With("resourceId", e.ResourceId).With("resourceArn", e.ResourceArn);
            await WriteAsync(context, e.StatusCode, body);
        }
    }

    private JsonObject? Answer(HttpContext context, ReadOnlyMemory<byte> body)
    {
        var rawTarget = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var target = RestTarget.Parse(rawTarget);
        foreach (var route in Routes.Where(r => r.Method == context.Request.Method))
        {
            if (route.Match(target.Segments) is not { } labels) continue;
            return route.Handler(new RestRequest(labels, target.Query, name => context.Request.Headers[name], RestRequest.ParseBody(body)));
        }

        throw new RegistryException(
            "UnknownOperationException", StatusCodes.Status404NotFound, $"The testbed plays no AWS IoT operation {context.Request.Method} {rawTarget.Split('?')[0]}.");
    }

    /// <summary>Devices have no business here: only the operator's key may change the registry.</summary>
    private static void RequireOperator(SignedRequest request)
    {
        if (request.Caller.RoleName is not null)
            throw new RegistryException("AccessDeniedException", StatusCodes.Status403Forbidden, $"User: {request.Caller.Arn} is not authorized to perform this operation on AWS IoT.");
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
