using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Wire;

namespace DeviceAgent.Testbed.DynamoDb.Values;

/// <summary>Makes attribute values of JSON whose shape is right (see <see cref="AttributeShape"/>); a wrong value is a ValidationException.</summary>
internal static class AttributeReader
{
    private const int DeepestLevel = 32;
    private const int LongestName = 65535;

    public static Dictionary<string, AttributeValue> ReadAll(IReadOnlyDictionary<string, JsonElement> attributes) => ReadAll(attributes, 1);

    public static AttributeValue Read(JsonElement value) => Read(value, 1);

    private static Dictionary<string, AttributeValue> ReadAll(IReadOnlyDictionary<string, JsonElement> attributes, int level)
    {
        var values = new Dictionary<string, AttributeValue>(attributes.Count);
        foreach (var (name, value) in attributes)
        {
            CheckName(name, level);
            values.Add(name, Read(value, level));
        }

        return values;
    }

    private static AttributeValue Read(JsonElement value, int level)
    {
        if (level > DeepestLevel)
            throw DynamoDbException.Validation("Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit");
        if (value.ValueKind == JsonValueKind.Null) throw Empty();

        AttributeValue? found = null;
        var several = false;
        foreach (var member in value.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null || ReadContent(member, level) is not { } content) continue;
            several |= found is not null;
            found = content;
        }

        if (several)
            throw DynamoDbException.Validation("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes");
        return found ?? throw Empty();
    }

    private static AttributeValue? ReadContent(JsonProperty member, int level)
    {
        var content = member.Value;
        return member.NameText() switch
        {
            "S" => AttributeValue.Of(content.Text()),
            "N" => ReadNumber(content),
            "B" => ReadBytes(content),
            "BOOL" => AttributeValue.Of(content.AsBoolean()),
            "NULL" => content.AsBoolean() ? AttributeValue.Null : throw Invalid("Null attribute value types must have the value of true"),
            "M" => AttributeValue.Of(ReadAll(content.AsMap(""), level + 1)),
            "L" => AttributeValue.Of(AttributeType.L, [.. content.EnumerateArray().Select(e => Read(e, level + 1))]),
            // The articles are the service's own.
            "SS" => ReadSet(AttributeType.SS, content, e => AttributeValue.Of(e.Text()), "An string set  may not be empty"),
            "NS" => ReadSet(AttributeType.NS, content, ReadNumber, "An number set  may not be empty"),
            "BS" => ReadSet(AttributeType.BS, content, ReadBytes, "Binary sets should not be empty"),
            _ => null,
        };
    }

    private static AttributeValue ReadSet(AttributeType type, JsonElement content, Func<JsonElement, AttributeValue> read, string empty)
    {
        var elements = content.EnumerateArray().Where(e => e.ValueKind != JsonValueKind.Null).Select(read).ToList();
        if (elements.Count == 0) throw Invalid(empty);
        var distinct = new HashSet<AttributeValue>(elements, AttributeComparer.Instance);
        if (distinct.Count == elements.Count) return AttributeValue.Of(type, elements);

        var shown = string.Join(", ", elements.Select(e => e.ToPlainText()));
        throw type switch
        {
            AttributeType.SS => Invalid($"Input collection [{shown}] contains duplicates."),
            AttributeType.NS => DynamoDbException.Validation("Input collection contains duplicates"),
            _ => Invalid($"Input collection [{shown}]of type BS contains duplicates."),
        };
    }

    private static AttributeValue ReadNumber(JsonElement content) => AttributeValue.Of(DynamoNumber.Parse(content.Text()));

    private static AttributeValue ReadBytes(JsonElement content) => AttributeValue.Of(Convert.FromBase64String(content.Text()));

    private static void CheckName(string name, int level)
    {
        if (name.Length == 0 && level == 1) throw Invalid("An attribute name must be at least 1 byte long");
        if (name.Length > LongestName / 4 && AttributeSize.OfText(name) > LongestName) throw Invalid($"An attribute name must not be longer than {LongestName} bytes");
    }

    private static DynamoDbException Empty() =>
        DynamoDbException.Validation("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");

    private static DynamoDbException Invalid(string what) => DynamoDbException.Validation("One or more parameter values were invalid: " + what);
}
