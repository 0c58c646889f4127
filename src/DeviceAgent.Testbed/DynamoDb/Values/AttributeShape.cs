using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Wire;

namespace DeviceAgent.Testbed.DynamoDb.Values;

/// <summary>
/// The JSON types inside an attribute value. The service reads the whole request before it looks at any value, so this
/// check comes before every validation.
/// </summary>
internal static class AttributeShape
{
    private const string Name = "AttributeValue";

    /// <summary>A map of attribute names to values, e.g. an Item or a Key.</summary>
    public static IReadOnlyDictionary<string, JsonElement>? AttributesMember(this JsonElement structure, string name)
    {
        var map = structure.MapMember(name, Name);
        foreach (var value in map?.Values ?? []) Check(value);
        return map;
    }

    private static void Check(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null) return;
        value.AsStructure(Name);
        value.StringMember("S");
        value.StringMember("N");
        if (value.Member("B") is { } blob) CheckBlob(blob);
        value.BooleanMember("BOOL");
        value.BooleanMember("NULL");
        CheckEach(value, "SS", member => member.AsString());
        CheckEach(value, "NS", member => member.AsString());
        CheckEach(value, "BS", CheckBlob);
        CheckEach(value, "L", Check);
        foreach (var member in value.MapMember("M", Name)?.Values ?? []) Check(member);
    }

    private static void CheckEach(JsonElement value, string name, Action<JsonElement> check)
    {
        foreach (var element in value.ListMember(name) ?? []) check(element);
    }

    private static void CheckBlob(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                break;
            case JsonValueKind.Array:
                throw DynamoDbException.Serialization("Unrecognized collection type class java.nio.ByteBuffer");
            case JsonValueKind.Object:
                throw DynamoDbException.Serialization("Start of structure or map found where not expected");
            default:
                throw DynamoDbException.Serialization("only base-64-encoded strings are convertible to bytes");
        }

        var text = value.Text();
        if (text.Length % 4 != 0) throw DynamoDbException.Serialization($"Base64 encoded length is expected a multiple of 4 bytes but found: {text.Length}");
        // Comparing what comes back also refuses white space and stray bits, which the decoder lets pass. (Sic, in the message.)
        var bytes = new byte[text.Length / 4 * 3];
        if (!Convert.TryFromBase64String(text, bytes, out var length) || Convert.ToBase64String(bytes, 0, length) != text)
            throw DynamoDbException.Serialization("Invalid last non-pad Base64 character dectected");
    }
}
