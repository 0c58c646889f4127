using System.Formats.Cbor;
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

/// <summary>CBOR maps as JSON objects: text keys, and texts, numbers, truth values, null, arrays and maps as values.</summary>
internal static class CborDocument
{
    private const int MaximumDepth = 16;

    public static JsonObject Read(ReadOnlyMemory<byte> payload)
    {
        if (payload.IsEmpty) return [];
        try
        {
            var reader = new CborReader(payload, CborConformanceMode.Strict);
            var document = Value(reader, MaximumDepth) as JsonObject;
            if (document is not null && reader.BytesRemaining == 0) return document;
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException)
        {
            throw PayloadFormat.Invalid("CBOR");
        }

        throw PayloadFormat.Invalid("CBOR");
    }

    public static byte[] Write(JsonObject document)
    {
        var writer = new CborWriter(CborConformanceMode.Strict);
        Write(writer, document);
        return writer.Encode();
    }

    private static JsonNode? Value(CborReader reader, int depth)
    {
        if (depth == 0) throw new CborContentException("The payload is nested too deeply.");
        switch (reader.PeekState())
        {
            case CborReaderState.TextString or CborReaderState.StartIndefiniteLengthTextString:
                return reader.ReadTextString();
            case CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger:
                return reader.ReadInt64();
            case CborReaderState.HalfPrecisionFloat or CborReaderState.SinglePrecisionFloat or CborReaderState.DoublePrecisionFloat:
                return reader.ReadDouble();
            case CborReaderState.Boolean:
                return reader.ReadBoolean();
            case CborReaderState.Null:
                reader.ReadNull();
                return null;
            case CborReaderState.StartArray:
                var items = new JsonArray();
                reader.ReadStartArray();
                while (reader.PeekState() != CborReaderState.EndArray) items.Add(Value(reader, depth - 1));
                reader.ReadEndArray();
                return items;
            case CborReaderState.StartMap:
                var members = new JsonObject();
                reader.ReadStartMap();
                while (reader.PeekState() != CborReaderState.EndMap) members.Add(reader.ReadTextString(), Value(reader, depth - 1));
                reader.ReadEndMap();
                return members;
            case var other:
                throw new CborContentException($"{other} has no place in a payload.");
        }
    }

    private static void Write(CborWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                writer.WriteStartMap(members.Count);
                foreach (var (name, value) in members)
                {
                    writer.WriteTextString(name);
                    Write(writer, value);
                }

                writer.WriteEndMap();
                break;
            case JsonArray items:
                writer.WriteStartArray(items.Count);
                foreach (var item in items) Write(writer, item);
                writer.WriteEndArray();
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                writer.WriteTextString(value.GetValue<string>());
                break;
            case JsonValue value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False:
                writer.WriteBoolean(value.GetValue<bool>());
                break;
            case JsonValue value when value.TryGetValue<int>(out var number):
                writer.WriteInt32(number);
                break;
            case JsonValue value:
                writer.WriteDouble(value.GetValue<double>());
                break;
            default:
                writer.WriteNull();
                break;
        }
    }
}
