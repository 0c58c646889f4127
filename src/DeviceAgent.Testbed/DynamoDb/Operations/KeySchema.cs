using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Tables;
using DeviceAgent.Testbed.DynamoDb.Values;
using DeviceAgent.Testbed.DynamoDb.Wire;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

/// <summary>AttributeDefinitions and KeySchema of a CreateTable request, as sent.</summary>
internal sealed class KeySchema
{
    private const int LongestName = 255;
    private bool _hasDefinitions;
    private bool _hasElements;

    public IReadOnlyList<(string? Name, string? Type)> Definitions { get; private init; } = [];

    private (string? Name, string? Type)[] Elements { get; init; } = [];

    public static KeySchema Read(JsonElement request)
    {
        var definitions = request.ListMember("AttributeDefinitions");
        var elements = request.ListMember("KeySchema");
        return new KeySchema
        {
            Definitions = ReadPairs(definitions, "AttributeDefinition", "AttributeType"),
            Elements = ReadPairs(elements, "KeySchemaElement", "KeyType"),
            _hasDefinitions = definitions is not null,
            _hasElements = elements is not null,
        };
    }

    public void CheckDefinitions(Constraints constraints)
    {
        constraints.NotNull("attributeDefinitions", _hasDefinitions ? this : null);
        CheckPairs(constraints, Definitions, "attributeDefinitions", "attributeType", "B", "N", "S");
    }

    public void CheckElements(Constraints constraints)
    {
        constraints.NotNull("keySchema", _hasElements ? this : null)
            .Length("keySchema", $"[{string.Join(", ", Elements.Select(e => e.Name))}]", _hasElements ? Elements.Length : null, 1, 2);
        CheckPairs(constraints, Elements, "keySchema", "keyType", "HASH", "RANGE");
    }

    /// <summary>What the model's constraints do not say.</summary>
    public void Check()
    {
        var keys = Elements.Select(e => e.Name).ToList();
        var defined = Definitions.Select(d => d.Name).ToList();
        if (keys.Count > defined.Count) throw DynamoDbException.Validation("Invalid KeySchema: Some index key attribute have no definition");
        if (keys.Except(defined).Any())
        {
            throw Invalid("Some index key attributes are not defined in AttributeDefinitions. "
                + $"Keys: [{string.Join(", ", keys)}], AttributeDefinitions: [{string.Join(", ", defined)}]");
        }

        if (keys.Count == 2 && keys[0] == keys[1]) throw DynamoDbException.Validation("Both the Hash Key and the Range Key element in the KeySchema have the same name");
        if (Elements[0].Type != "HASH") throw DynamoDbException.Validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
        if (keys.Count == 2 && Elements[1].Type != "RANGE") throw DynamoDbException.Validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
        if (keys.Count != defined.Count)
            throw Invalid("Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions");
    }

    public KeyAttribute? Attribute(int index)
    {
        if (index >= Elements.Length) return null;
        var name = Elements[index].Name!;
        return new KeyAttribute(name, Enum.Parse<AttributeType>(Definitions.First(d => d.Name == name).Type!));
    }

    private static (string? Name, string? Type)[] ReadPairs(IReadOnlyList<JsonElement>? list, string structure, string typeMember) =>
        [.. (list ?? []).Select(e => e.AsStructure(structure)).Select(e => (e.StringMember("AttributeName"), e.StringMember(typeMember)))];

    private static void CheckPairs(Constraints constraints, IReadOnlyList<(string? Name, string? Type)> pairs, string list, string typeMember, params ReadOnlySpan<string> types)
    {
        for (var i = 0; i < pairs.Count; i++)
        {
            var at = $"{list}.{i + 1}.member";
            var (name, type) = pairs[i];
            constraints.NotNull($"{at}.attributeName", name)
                .Length($"{at}.attributeName", name, name?.Length, 1, LongestName)
                .NotNull($"{at}.{typeMember}", type)
                .OneOf($"{at}.{typeMember}", type, types);
        }
    }

    private static DynamoDbException Invalid(string what) => DynamoDbException.Validation("One or more parameter values were invalid: " + what);
}
