using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Certificates;
using DeviceAgent.Testbed.Iam;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Registry.Rest;
using DeviceAgent.Testbed.Signing;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Testbed.IotData;

/// <summary>
/// The AWS IoT data plane over HTTP. Operators and roles come with signed requests, devices with their certificates; each service
/// brings its operations.
/// </summary>
/// <param name="registry">Says what the policies of a certificate allow.</param>
/// <param name="iam">Says what a caller with temporary credentials may do; the operator may do everything.</param>
/// <param name="requests">Checks signatures; made for <see cref="SignedService.IotData"/>.</param>
/// <param name="routes">The operations of all services behind this listener.</param>
internal sealed class IotDataApi(RegistryService registry, IamService iam, SignedRequestReader requests, IReadOnlyList<RestRoute> routes)
{
    private readonly RestService _service = new("AWS IoT data plane", routes);

    /// <summary>The listener of operators: SigV4.</summary>
    public async Task HandleSignedAsync(HttpContext context)
    {
        if (await requests.ReadAsync(context) is not { } request) return;
        await _service.AnswerAsync(context, request.Body, permission => Authorize(request.Caller, permission));
    }

    /// <summary>The listener of devices: a client certificate. What policies say of the thing behind an MQTT connection is not known here.</summary>
    public async Task HandleDeviceAsync(HttpContext context)
    {
        context.Response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
        if (context.Connection.ClientCertificate is not { } certificate
            || CertificateIds.Of(certificate) is var id && registry.FindCertificate(id) is not { Status: CertificateStatus.Active })
        {
            await RestService.RefuseAsync(context, Forbidden("Forbidden"));
            return;
        }

        if (await BoundedBody.ReadAsync(context.Request, SignedRequestReader.MaxBodyBytes, context.RequestAborted) is not { } body)
        {
            await RestService.RefuseAsync(context, new RegistryException(
                "RequestEntityTooLargeException", StatusCodes.Status413PayloadTooLarge, "The payload exceeds the maximum size allowed"));
            return;
        }

        await _service.AnswerAsync(context, body, permission => Authorize(id, permission));
    }

    private void Authorize(string certificateId, Permission wanted)
    {
        var request = new PolicyRequest(wanted.Action, wanted.Resource, new Dictionary<string, IReadOnlyList<string>>());
        if (PolicyEvaluator.Evaluate(registry.PoliciesOf(certificateId), request) != PolicyDecision.Allow) throw Forbidden("Forbidden");
    }

    private void Authorize(Caller caller, Permission wanted)
    {
        var decision = iam.Decide(caller, wanted.Action, wanted.Resource);
        if (decision != PolicyDecision.Allow) throw Forbidden(AccessDenied.Message(caller, wanted.Action, wanted.Resource, decision));
    }

    private static RegistryException Forbidden(string message) => new("ForbiddenException", StatusCodes.Status403Forbidden, message);
}

internal sealed class ConnectionOperations(MqttBroker broker)
{
    public IReadOnlyList<RestRoute> Routes =>
    [
        new("DeleteConnection", "DELETE", "/connections/{clientId}", Delete)
        {
            Permissions = request => [new Permission("iot:DeleteConnection", CloudAccount.Arn("iot", $"client/{request.Label("clientId")}"))],
        },
    ];

    private JsonObject? Delete(RestRequest request)
    {
        var clientId = request.Label("clientId");
        var found = broker.Disconnect(clientId, request.QueryFlag("cleanSession") ?? false, request.QueryFlag("preventWillMessage") ?? false);
        return found ? null : throw RegistryException.NotFound($"No connection of client {clientId} found.");
    }
}
