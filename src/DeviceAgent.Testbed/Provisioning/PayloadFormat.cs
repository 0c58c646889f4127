using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Signing;

namespace DeviceAgent.Testbed.Provisioning;

/// <summary>JSON or CBOR, as the last segment of the topic says. An empty payload is an empty object.</summary>
internal sealed record PayloadFormat(Func<ReadOnlyMemory<byte>, JsonObject> Read, Func<JsonObject, byte[]> Write)
{
    private static readonly PayloadFormat Json = new(ReadJson, JsonBytes.Of);
    private static readonly PayloadFormat Cbor = new(CborDocument.Read, CborDocument.Write);

    public static PayloadFormat? Named(string name) => name switch
    {
        "json" => Json,
        "cbor" => Cbor,
        _ => null,
    };

    public static RegistryException Invalid(string format) => new("InvalidPayload", 400, $"The payload is not an object in {format}.");

    private static JsonObject ReadJson(ReadOnlyMemory<byte> payload)
    {
        if (payload.IsEmpty) return [];
        try
        {
            return JsonNode.Parse(payload.Span, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject ?? throw Invalid("JSON");
        }
        catch (JsonException)
        {
            throw Invalid("JSON");
        }
    }
}
