using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Provisioning.Templates;

/// <summary>The parts of a template's document, and what is wrong with them.</summary>
internal static class TemplateReader
{
    public static JsonObject Parse(string json)
    {
        try
        {
            return JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject
                ?? throw Bad("templateBody must be a JSON object");
        }
        catch (JsonException e)
        {
            throw Bad($"templateBody is not JSON: {e.Message.TrimEnd('.')}");
        }
    }

    public static JsonObject? Object(JsonObject within, string name) => within[name] switch
    {
        null => null,
        JsonObject value => value,
        _ => throw Bad($"{name} must be an object"),
    };

    public static void RequireMembers(JsonObject node, string where, params ReadOnlySpan<string> known)
    {
        foreach (var (name, _) in node)
        {
            if (!known.Contains(name)) throw Bad($"{where} has {name}, which the testbed does not know; it knows {string.Join(", ", known!)}");
        }
    }

    /// <summary>Names and defaults.</summary>
    public static IReadOnlyDictionary<string, string?> Parameters(JsonObject section) => section.ToDictionary(pair => pair.Key, pair =>
    {
        var where = $"Parameters.{pair.Key}";
        var declaration = pair.Value as JsonObject ?? throw Bad($"{where} must be an object");
        RequireMembers(declaration, where, "Type", "Default");
        if (StringOf(declaration["Type"]) != "String") throw Bad($"{where}.Type must be String");
        if (!declaration.ContainsKey("Default")) return null;
        return StringOf(declaration["Default"]) ?? throw Bad($"{where}.Default must be a string");
    });

    public static void CheckMappings(JsonObject mappings)
    {
        foreach (var (map, keys) in mappings)
        {
            if (keys is not JsonObject outer || outer.Any(pair => pair.Value is not JsonObject)) throw Bad($"Mappings.{map} must be an object of objects");
            if (outer.SelectMany(pair => (JsonObject)pair.Value!).FirstOrDefault(pair => pair.Value is not JsonValue) is { Key: { } key })
                throw Bad($"Mappings.{map} must hold plain values, functions and parameters are not allowed there; '{key}' is none");
        }
    }

    /// <summary>Every function is known and stands alone, every reference leads somewhere.</summary>
    public static void CheckFunctions(JsonNode? node, string where, IReadOnlyDictionary<string, string?> parameters, JsonObject mappings)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items) CheckFunctions(item, where, parameters, mappings);
        }

        if (node is not JsonObject inner) return;
        foreach (var (name, value) in inner)
        {
            if ((name == "Ref" || name.StartsWith("Fn:", StringComparison.Ordinal)) && TemplateFunctions.FunctionOf(inner) is null)
                throw Bad($"{where} has {name}: functions are {string.Join(", ", TemplateFunctions.Names)}, each alone in its object");
            if (name == "Ref" && !(StringOf(value) is { } parameter && (parameters.ContainsKey(parameter) || parameter == TemplateBody.CertificateIdParameter)))
                throw Bad($"{where} refers to {value?.ToJsonString() ?? "nothing"}, which is not in Parameters");
            if (name == "Fn::FindInMap" && value is JsonArray and [JsonValue map, ..] && StringOf(map) is { } mapName && !mappings.ContainsKey(mapName))
                throw Bad($"{where} looks into the map {mapName}, which is not in Mappings");
            CheckFunctions(value, $"{where}.{name}", parameters, mappings);
        }
    }

    public static string? StringOf(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static RegistryException Bad(string what) => RegistryException.InvalidRequest($"Invalid template: {what}.");
}
