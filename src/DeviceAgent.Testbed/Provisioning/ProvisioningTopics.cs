using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Provisioning;

/// <summary>Fleet provisioning over MQTT. Its answers hold private keys and tokens: they go to the connection that asked, to nobody else.</summary>
internal sealed class ProvisioningTopics(ProvisioningService provisioning) : ITopicService
{
    public bool TryHandle(TopicRequest request)
    {
        Func<JsonObject, JsonObject>? operation;
        string format;
        switch (request.Topic.Split('/'))
        {
            case ["$aws", "certificates", "create", var last]:
                (operation, format) = (_ => provisioning.CreateKeysAndCertificate(), last);
                break;
            case ["$aws", "certificates", "create-from-csr", var last]:
                (operation, format) = (provisioning.CreateCertificateFromCsr, last);
                break;
            case ["$aws", "provisioning-templates", var template, "provision", var last]:
                (operation, format) = (body => provisioning.RegisterThing(template, body), last);
                break;
            default:
                return false;
        }

        if (PayloadFormat.Named(format) is not { } payloads) return false;
        try
        {
            request.Reply($"{request.Topic}/accepted", payloads.Write(operation(payloads.Read(request.Payload))));
        }
        catch (RegistryException e)
        {
            var refusal = new JsonObject { ["statusCode"] = e.StatusCode, ["errorCode"] = CodeOf(e), ["errorMessage"] = e.Message };
            request.Reply($"{request.Topic}/rejected", payloads.Write(refusal));
        }

        return true;
    }

    /// <summary>Over MQTT errors have short names.</summary>
    private static string CodeOf(RegistryException refusal) =>
        refusal.Type.EndsWith("Exception", StringComparison.Ordinal) ? refusal.Type[..^"Exception".Length] : refusal.Type;
}
