using System.Text.Json;
using System.Text.RegularExpressions;
using DeviceAgent.Testbed.DynamoDb.Values;
using DeviceAgent.Testbed.DynamoDb.Wire;

namespace DeviceAgent.Testbed.DynamoDb.Expressions;

/// <summary>ExpressionAttributeNames and ExpressionAttributeValues of one request, and which of them were used.</summary>
internal sealed partial class ExpressionAttributes
{
    private const string NamesMember = "ExpressionAttributeNames";
    private const string ValuesMember = "ExpressionAttributeValues";

    private readonly IReadOnlyDictionary<string, string> _names;
    private readonly IReadOnlyDictionary<string, AttributeValue> _values;
    private readonly HashSet<string> _used = [];

    private ExpressionAttributes(IReadOnlyDictionary<string, string> names, IReadOnlyDictionary<string, AttributeValue> values)
    {
        _names = names;
        _values = values;
    }

    /// <summary>Checks the JSON types only.</summary>
    public static void CheckShape(JsonElement request)
    {
        ReadNames(request);
        request.AttributesMember(ValuesMember);
    }

    public static bool AnyNames(JsonElement request) => request.Member(NamesMember) is not null;

    public static bool AnyValues(JsonElement request) => request.Member(ValuesMember) is not null;

    public static ExpressionAttributes Read(JsonElement request)
    {
        var names = ReadNames(request);
        if (names is not null) CheckKeys(NamesMember, names.Keys, NameAlias());
        var raw = request.AttributesMember(ValuesMember);
        if (raw is not null) CheckKeys(ValuesMember, raw.Keys, ValueAlias());
        return new ExpressionAttributes(names ?? [], (raw ?? new Dictionary<string, JsonElement>()).ToDictionary(v => v.Key, v => ReadValue(v.Key, v.Value)));
    }

    /// <summary>What an alias such as <c>#n</c> stands for; null when it is not defined.</summary>
    public string? Name(string alias)
    {
        _used.Add(alias);
        return _names.TryGetValue(alias, out var name) && name.Length > 0 ? name : null;
    }

    /// <summary>What an alias such as <c>:v</c> stands for; null when it is not defined.</summary>
    public AttributeValue? Value(string alias)
    {
        _used.Add(alias);
        return _values.GetValueOrDefault(alias);
    }

    /// <summary>Called when all expressions of the request are parsed.</summary>
    public void ThrowIfUnused()
    {
        ThrowIfUnused(NamesMember, _names.Keys);
        ThrowIfUnused(ValuesMember, _values.Keys);
    }

    private void ThrowIfUnused(string member, IEnumerable<string> aliases)
    {
        var unused = aliases.Where(a => !_used.Contains(a)).ToList();
        if (unused.Count > 0)
            throw DynamoDbException.Validation($"Value provided in {member} unused in expressions: keys: {{{string.Join(", ", unused)}}}");
    }

    private static Dictionary<string, string>? ReadNames(JsonElement request) =>
        request.MapMember(NamesMember, "java.lang.String")?.Where(n => n.Value.ValueKind != JsonValueKind.Null).ToDictionary(n => n.Key, n => n.Value.AsString());

    private static AttributeValue ReadValue(string alias, JsonElement value)
    {
        try
        {
            return AttributeReader.Read(value);
        }
        catch (DynamoDbException e)
        {
            throw DynamoDbException.Validation($"{ValuesMember} contains invalid value: {e.Message} for key {alias}");
        }
    }

    private static void CheckKeys(string member, IEnumerable<string> aliases, Regex pattern)
    {
        var any = false;
        foreach (var alias in aliases)
        {
            any = true;
            if (!pattern.IsMatch(alias)) throw DynamoDbException.Validation($"{member} contains invalid key: Syntax error; key: \"{alias}\"");
        }

        if (!any) throw DynamoDbException.Validation($"{member} must not be empty");
    }

    [GeneratedRegex(@"^#[0-9a-zA-Z_]+\z")]
    private static partial Regex NameAlias();

    [GeneratedRegex(@"^:[0-9a-zA-Z_]+\z")]
    private static partial Regex ValueAlias();
}
