using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Provisioning.Templates;

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
