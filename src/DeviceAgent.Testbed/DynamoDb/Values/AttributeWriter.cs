using System.Text.Json;

namespace DeviceAgent.Testbed.DynamoDb.Values;

/// <summary>Attribute values as JSON, on the wire and in the database.</summary>
internal static class AttributeWriter
{
    public static void Write(Utf8JsonWriter writer, string name, IReadOnlyDictionary<string, AttributeValue> attributes)
    {
        writer.WritePropertyName(name);
        Write(writer, attributes);
    }

    public static void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, AttributeValue> attributes)
    {
        writer.WriteStartObject();
        WriteMembers(writer, attributes);
        writer.WriteEndObject();
    }

    public static void WriteMembers(Utf8JsonWriter writer, IReadOnlyDictionary<string, AttributeValue> attributes)
    {
        foreach (var (name, value) in attributes)
        {
            writer.WritePropertyName(name);
            Write(writer, value);
        }
    }

    private static void Write(Utf8JsonWriter writer, AttributeValue value)
    {
        writer.WriteStartObject();
        writer.WritePropertyName(value.Type.ToString());
        WriteContent(writer, value);
        writer.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter writer, AttributeValue value)
    {
        switch (value.Type)
        {
            case AttributeType.S: writer.WriteStringValue(value.Text); break;
            case AttributeType.N: writer.WriteStringValue(value.Number.ToString()); break;
            case AttributeType.B: writer.WriteBase64StringValue(value.Bytes); break;
            case AttributeType.BOOL: writer.WriteBooleanValue(value.Flag); break;
            case AttributeType.NULL: writer.WriteBooleanValue(true); break;
            case AttributeType.M: Write(writer, value.Members); break;
            case AttributeType.L: WriteArray(writer, value, Write); break;
            default: WriteArray(writer, value, WriteContent); break;
        }
    }

    private static void WriteArray(Utf8JsonWriter writer, AttributeValue value, Action<Utf8JsonWriter, AttributeValue> write)
    {
        writer.WriteStartArray();
        foreach (var element in value.Elements) write(writer, element);
        writer.WriteEndArray();
    }
}
