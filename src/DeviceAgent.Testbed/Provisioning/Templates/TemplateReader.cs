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

/// <summary>The resources of a template, each by its type.</summary>
internal static class ResourceReader
{
    private static readonly string[] ForeignCertificates = ["CertificateSigningRequest", "CertificatePem", "CACertificatePem"];

    public static object Read(string name, JsonNode? node)
    {
        var where = $"Resources.{name}";
        var resource = node as JsonObject ?? throw TemplateReader.Bad($"{where} must be an object");
        TemplateReader.RequireMembers(resource, where, "Type", "Properties", "OverrideSettings");
        var properties = TemplateReader.Object(resource, "Properties") ?? throw TemplateReader.Bad($"{where} needs Properties");
        var settings = TemplateReader.Object(resource, "OverrideSettings") ?? [];
        return TemplateReader.StringOf(resource["Type"]) switch
        {
            "AWS::IoT::Thing" => Thing(where, properties, settings),
            "AWS::IoT::Certificate" => Certificate(where, properties, settings),
            "AWS::IoT::Policy" => Policy(where, properties, settings),
            _ => throw TemplateReader.Bad($"{where}.Type must be AWS::IoT::Thing, AWS::IoT::Certificate or AWS::IoT::Policy"),
        };
    }

    private static ThingResource Thing(string where, JsonObject properties, JsonObject settings)
    {
        TemplateReader.RequireMembers(properties, $"{where}.Properties", "ThingName", "AttributePayload", "ThingTypeName", "ThingGroups");
        TemplateReader.RequireMembers(settings, $"{where}.OverrideSettings", "AttributePayload", "ThingTypeName", "ThingGroups");
        return new ThingResource(
            properties["ThingName"] ?? throw TemplateReader.Bad($"{where} needs ThingName"),
            TemplateReader.Object(properties, "AttributePayload"),
            properties["ThingTypeName"],
            properties["ThingGroups"] is var groups and (null or JsonArray) ? (JsonArray?)groups : throw TemplateReader.Bad($"{where}.Properties.ThingGroups must be a list"),
            Setting(where, settings, "AttributePayload", mayMerge: true),
            Setting(where, settings, "ThingTypeName"),
            Setting(where, settings, "ThingGroups", mayMerge: true));
    }

    private static CertificateResource Certificate(string where, JsonObject properties, JsonObject settings)
    {
        foreach (var foreign in ForeignCertificates)
        {
            if (properties.ContainsKey(foreign)) throw TemplateReader.Bad($"{where} has {foreign}: in fleet provisioning a certificate is named by CertificateId only");
        }

        TemplateReader.RequireMembers(properties, $"{where}.Properties", "CertificateId", "Status");
        TemplateReader.RequireMembers(settings, $"{where}.OverrideSettings", "Status");
        if (properties["CertificateId"] is not JsonObject { Count: 1 } id || TemplateReader.StringOf(id["Ref"]) != TemplateBody.CertificateIdParameter)
            throw TemplateReader.Bad($$"""{{where}} needs "CertificateId": {"Ref": "{{TemplateBody.CertificateIdParameter}}"}""");
        return new CertificateResource(properties["Status"], Setting(where, settings, "Status"));
    }

    private static PolicyResource Policy(string where, JsonObject properties, JsonObject settings)
    {
        TemplateReader.RequireMembers(properties, $"{where}.Properties", "PolicyName", "PolicyDocument");
        if (settings.Count > 0) throw TemplateReader.Bad($"{where} has OverrideSettings, which a policy cannot have");
        var (name, document) = (properties["PolicyName"], properties["PolicyDocument"]);
        if (name is null == document is null) throw TemplateReader.Bad($"{where} needs PolicyName or PolicyDocument, and not both");
        return new PolicyResource(name, document);
    }

    private static OverrideSetting Setting(string where, JsonObject settings, string name, bool mayMerge = false) => TemplateReader.StringOf(settings[name]) switch
    {
        "DO_NOTHING" => OverrideSetting.DoNothing,
        "REPLACE" => OverrideSetting.Replace,
        "MERGE" when mayMerge => OverrideSetting.Merge,
        "FAIL" => OverrideSetting.Fail,
        null when !settings.ContainsKey(name) => OverrideSetting.Fail,
        _ => throw TemplateReader.Bad($"{where}.OverrideSettings.{name} must be DO_NOTHING, REPLACE, {(mayMerge ? "MERGE " : "")}or FAIL"),
    };
}
