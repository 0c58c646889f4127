using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Provisioning.Templates;

/// <summary>Evaluates <c>Ref</c> and the <c>Fn::</c> functions of a template, inside out.</summary>
/// <param name="parameters">Every name that may be referred to.</param>
/// <param name="mappings">The template's two-level maps.</param>
internal sealed partial class TemplateFunctions(IReadOnlyDictionary<string, string> parameters, JsonObject mappings)
{
    /// <summary>The longest text: a small template with long parameters must not fill the memory.</summary>
    private const int MaximumLength = 64 * 1024;

    public static IReadOnlySet<string> Names { get; } = new HashSet<string> { "Ref", "Fn::Join", "Fn::Select", "Fn::Split", "Fn::Sub", "Fn::FindInMap" };

    /// <summary>A text; a number or a truth value is one too.</summary>
    public string Text(JsonNode? node, string where) => Evaluate(node) switch
    {
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        JsonValue value => value.ToJsonString(),
        _ => throw Bad($"{where} must be a text"),
    };

    /// <summary>A value with every function in it evaluated.</summary>
    public JsonNode? Evaluate(JsonNode? node) => node switch
    {
        JsonObject function when FunctionOf(function) is var (name, argument) => Call(name, argument),
        JsonObject inner => new JsonObject(inner.Select(pair => KeyValuePair.Create(pair.Key, Evaluate(pair.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Evaluate)]),
        _ => node?.DeepClone(),
    };

    /// <summary>The function that an object calls; null when it is plain data.</summary>
    public static (string Name, JsonNode? Argument)? FunctionOf(JsonObject node) =>
        node.Count == 1 && node.Single() is var (name, argument) && Names.Contains(name) ? (name, argument) : null;

    private JsonNode? Call(string name, JsonNode? argument) => name switch
    {
        "Ref" => Parameter(Text(argument, name)),
        "Fn::Join" => Join(Arguments(name, argument, 2)),
        "Fn::Select" => Select(Arguments(name, argument, 2)),
        "Fn::Split" => Split(Arguments(name, argument, 2)),
        "Fn::FindInMap" => FindInMap(Arguments(name, argument, 3)),
        _ => Substitute(argument),
    };

    private string Parameter(string name) => parameters.TryGetValue(name, out var value) ? value : throw Bad($"The parameter {name} has no value");

    private JsonValue Join(JsonArray arguments) =>
        JsonValue.Create(Bounded(string.Join(Text(arguments[0], "The delimiter of Fn::Join"), List("Fn::Join", arguments[1]).Select(item => Text(item, "Every value of Fn::Join")))));

    private JsonNode? Select(JsonArray arguments)
    {
        var index = Text(arguments[0], "The index of Fn::Select");
        var list = List("Fn::Select", arguments[1]);
        return int.TryParse(index, out var i) && i >= 0 && i < list.Count && list[i] is { } selected
            ? selected.DeepClone()
            : throw Bad($"Fn::Select has no value at index {index}: the list has {list.Count}");
    }

    private JsonArray Split(JsonArray arguments)
    {
        var delimiter = Text(arguments[0], "The delimiter of Fn::Split");
        if (delimiter.Length == 0) throw Bad("The delimiter of Fn::Split must not be empty");
        return new JsonArray([.. Text(arguments[1], "The text of Fn::Split").Split(delimiter).Select(part => JsonValue.Create(part))]);
    }

    private JsonNode FindInMap(JsonArray arguments)
    {
        var keys = arguments.Select(key => Text(key, "Every key of Fn::FindInMap")).ToArray();
        return ((mappings[keys[0]] as JsonObject)?[keys[1]] as JsonObject)?[keys[2]]?.DeepClone()
            ?? throw Bad($"Mappings has nothing at {string.Join('.', keys)}");
    }

    /// <summary>A text with <c>${Name}</c> in it, or such a text and values of its own; <c>${!Name}</c> stays as <c>${Name}</c>.</summary>
    private JsonValue Substitute(JsonNode? argument)
    {
        var (text, own) = argument is JsonArray ? Arguments("Fn::Sub", argument, 2) is [var first, JsonObject map] ? (first, map) : throw Bad("Fn::Sub takes a text and an object") : (argument, []);
        return JsonValue.Create(Bounded(Variable().Replace(Text(text, "The text of Fn::Sub"), match =>
            match.Groups["literal"].Success ? $"${{{match.Groups["name"].Value}}}"
            : own.TryGetPropertyValue(match.Groups["name"].Value, out var value) ? Text(value, "Every value of Fn::Sub")
            : Parameter(match.Groups["name"].Value))));
    }

    private static JsonArray Arguments(string name, JsonNode? argument, int count) =>
        argument is JsonArray array && array.Count == count ? array : throw Bad($"{name} takes a list of {count}");

    private JsonArray List(string name, JsonNode? node) => Evaluate(node) as JsonArray ?? throw Bad($"{name} needs a list");

    private static string Bounded(string text) => text.Length <= MaximumLength ? text : throw Bad($"A text grew to more than {MaximumLength} characters");

    private static RegistryException Bad(string what) => RegistryException.InvalidRequest($"{what}.");

    [GeneratedRegex(@"\$\{(?<literal>!)?(?<name>[^}]+)\}")]
    private static partial Regex Variable();
}
