using System.Text.Json;

namespace DeviceAgent.Testbed.DynamoDb.Wire;

/// <summary>
/// Reads members of a request by the type that the API gives them. A wrong type is a SerializationException in the
/// words of the service's deserialiser; an absent member and a null are the same thing.
/// </summary>
internal static class RequestShape
{
    private const string Model = "com.amazonaws.dynamodb.v20120810.";
    private const string UnexpectedStructure = "Start of structure or map found where not expected";

    public static JsonElement? Member(this JsonElement structure, string name) =>
        structure.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static string? StringMember(this JsonElement structure, string name) =>
        structure.Member(name) is { } value ? value.AsString() : null;

    public static string AsString(this JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.Text(),
        JsonValueKind.Array => throw DynamoDbException.Serialization("Unrecognized collection type class java.lang.String"),
        JsonValueKind.Object => throw DynamoDbException.Serialization(UnexpectedStructure),
        _ => throw CannotConvert(value, "String"),
    };

    public static bool? BooleanMember(this JsonElement structure, string name) =>
        structure.Member(name) is { } value ? value.AsBoolean() : null;

    public static bool AsBoolean(this JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => value.Text().ToUpperInvariant() switch
        {
            "TRUE" or "1" or "YES" => true,
            "FALSE" or "0" or "NO" => false,
            _ => throw DynamoDbException.Serialization("Unexpected token received from parser"),
        },
        JsonValueKind.Array => throw DynamoDbException.Serialization("Unrecognized collection type class java.lang.Boolean"),
        JsonValueKind.Object => throw DynamoDbException.Serialization(UnexpectedStructure),
        _ => throw CannotConvert(value, "Boolean"),
    };

    public static long? LongMember(this JsonElement structure, string name, string type = "Integer")
    {
        if (structure.Member(name) is not { } value) return null;
        return value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetInt64(out var whole) ? whole : (long)Math.Floor(value.GetDouble()),
            JsonValueKind.Array => throw DynamoDbException.Serialization($"Unrecognized collection type class java.lang.{type}"),
            JsonValueKind.Object => throw DynamoDbException.Serialization(UnexpectedStructure),
            _ => throw CannotConvert(value, type),
        };
    }

    public static IReadOnlyList<JsonElement>? ListMember(this JsonElement structure, string name) =>
        structure.Member(name) is { } value ? value.AsList() : null;

    public static IReadOnlyList<JsonElement> AsList(this JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => [.. value.EnumerateArray()],
        JsonValueKind.Object => throw DynamoDbException.Serialization(UnexpectedStructure),
        _ => throw DynamoDbException.Serialization("Unexpected field type"),
    };

    /// <summary>A map; <paramref name="valueType"/> is the Java type of its values, as the deserialiser names it.</summary>
    public static IReadOnlyDictionary<string, JsonElement>? MapMember(this JsonElement structure, string name, string valueType) =>
        structure.Member(name) is { } value ? value.AsMap(valueType) : null;

    public static IReadOnlyDictionary<string, JsonElement> AsMap(this JsonElement value, string valueType)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            var type = valueType.Contains('.') ? valueType : Model + valueType;
            throw DynamoDbException.Serialization($"Unrecognized collection type java.util.Map<java.lang.String, {type}>");
        }

        if (value.ValueKind != JsonValueKind.Object) throw DynamoDbException.Serialization("Unexpected field type");
        var map = new Dictionary<string, JsonElement>();
        foreach (var entry in value.EnumerateObject()) map[entry.NameText()] = entry.Value;
        return map;
    }

    /// <summary>A structure that is a member of another one.</summary>
    public static JsonElement? StructureMember(this JsonElement structure, string name, string type)
    {
        if (structure.Member(name) is not { } value) return null;
        return value.AsStructure(type, "Unexpected field type");
    }

    /// <summary>A structure inside a list or a map.</summary>
    public static JsonElement AsStructure(this JsonElement value, string type, string otherwise = "Unexpected value type in payload") => value.ValueKind switch
    {
        JsonValueKind.Object => value,
        JsonValueKind.Array => throw DynamoDbException.Serialization($"Unrecognized collection type class {Model}{type}"),
        _ => throw DynamoDbException.Serialization(otherwise),
    };

    /// <summary>The text of a JSON string; one with a broken surrogate pair cannot be read by the service either.</summary>
    public static string Text(this JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw DynamoDbException.Serialization();
        }
    }

    public static string NameText(this JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw DynamoDbException.Serialization();
        }
    }

    private static DynamoDbException CannotConvert(JsonElement value, string type)
    {
        var token = value.ValueKind switch
        {
            JsonValueKind.True => "TRUE_VALUE",
            JsonValueKind.False => "FALSE_VALUE",
            JsonValueKind.String => "STRING_VALUE",
            _ => value.GetRawText().AsSpan().ContainsAny('.', 'e', 'E') ? "DECIMAL_VALUE" : "NUMBER_VALUE",
        };
        return DynamoDbException.Serialization($"{token} cannot be converted to {type}");
    }
}
