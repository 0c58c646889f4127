using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Provisioning.Templates;

/// <summary>A template's document, checked as far as it can be without a device's parameters.</summary>
/// <param name="Parameters">Their defaults; null is a parameter that the device must send.</param>
/// <param name="Mappings">Two-level maps.</param>
/// <param name="Thing">The thing to make or to join.</param>
/// <param name="Certificate">What becomes of the device's certificate.</param>
/// <param name="Policies">What to attach to it.</param>
/// <param name="DeviceConfiguration">What the device is told.</param>
internal sealed record TemplateBody(
    IReadOnlyDictionary<string, string?> Parameters, JsonObject Mappings, ThingResource? Thing, CertificateResource Certificate,
    IReadOnlyList<PolicyResource> Policies, JsonObject DeviceConfiguration)
{
    /// <summary>The parameter that the service itself fills in.</summary>
    public const string CertificateIdParameter = "AWS::IoT::Certificate::Id";

    private const int MaximumBytes = 10 * 1024;

    /// <exception cref="RegistryException">What is wrong with it, where.</exception>
    public static TemplateBody Parse(string json)
    {
        if (Encoding.UTF8.GetByteCount(json) is 0 or > MaximumBytes) throw TemplateReader.Bad($"templateBody must have 1 to {MaximumBytes} bytes");
        var root = TemplateReader.Parse(json);
        TemplateReader.RequireMembers(root, "The template", "Parameters", "Mappings", "Resources", "DeviceConfiguration");
        var parameters = TemplateReader.Parameters(TemplateReader.Object(root, "Parameters") ?? []);
        var mappings = TemplateReader.Object(root, "Mappings") ?? [];
        var configuration = TemplateReader.Object(root, "DeviceConfiguration") ?? [];
        var resources = TemplateReader.Object(root, "Resources") ?? throw TemplateReader.Bad("The template needs Resources");
        TemplateReader.CheckMappings(mappings);
        TemplateReader.CheckFunctions(resources, "Resources", parameters, mappings);
        TemplateReader.CheckFunctions(configuration, "DeviceConfiguration", parameters, mappings);

        var read = resources.Select(pair => ResourceReader.Read(pair.Key, pair.Value)).ToList();
        var things = read.OfType<ThingResource>().ToList();
        var certificates = read.OfType<CertificateResource>().ToList();
        if (things.Count > 1) throw TemplateReader.Bad("Resources has more than one AWS::IoT::Thing");
        if (certificates.Count != 1) throw TemplateReader.Bad($"Resources needs one AWS::IoT::Certificate; it has {certificates.Count}");
        return new TemplateBody(parameters, mappings, things.SingleOrDefault(), certificates[0], [.. read.OfType<PolicyResource>()], configuration);
    }

    /// <summary>The functions of this template for one device.</summary>
    /// <exception cref="RegistryException">A parameter is missing.</exception>
    public TemplateFunctions For(string certificateId, IReadOnlyDictionary<string, string> sent)
    {
        var values = new Dictionary<string, string>();
        foreach (var (name, standard) in Parameters)
        {
            if (name != CertificateIdParameter)
                values[name] = sent.GetValueOrDefault(name) ?? standard ?? throw RegistryException.InvalidRequest($"The parameter {name} is needed.");
        }

        values[CertificateIdParameter] = certificateId;
        return new TemplateFunctions(values, Mappings);
    }
}

/// <summary>An <c>AWS::IoT::Thing</c>, its values not yet worked out; what is null the template does not mention.</summary>
internal sealed record ThingResource(
    JsonNode ThingName, JsonObject? Attributes, JsonNode? ThingTypeName, JsonArray? ThingGroups,
    OverrideSetting AttributesOverride, OverrideSetting ThingTypeOverride, OverrideSetting ThingGroupsOverride);

/// <summary>An <c>AWS::IoT::Certificate</c>: the one whose token the device holds.</summary>
/// <param name="Status">What it becomes; null is ACTIVE.</param>
/// <param name="StatusOverride">What to do when an operator has changed its status meanwhile.</param>
internal sealed record CertificateResource(JsonNode? Status, OverrideSetting StatusOverride);

/// <summary>An <c>AWS::IoT::Policy</c>: one that exists, or the document of one.</summary>
internal sealed record PolicyResource(JsonNode? Name, JsonNode? Document);

/// <summary>What to do about something that exists and is not as the template would make it.</summary>
internal enum OverrideSetting
{
    /// <summary>Refuse. Also the default here: AWS's guide names none, and this is the safest.</summary>
    Fail,

    DoNothing,

    Replace,

    /// <summary>Attributes and groups only.</summary>
    Merge,
}
