using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Iam;
using DeviceAgent.Testbed.Provisioning.Templates;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Registry.Rest;

namespace DeviceAgent.Testbed.Provisioning;

/// <summary>Applies a template with the rights of its provisioning role. Everything is evaluated and checked before anything is created.</summary>
internal sealed class TemplateApplication(RegistryService registry, IamService iam)
{
    private const string ServicePrincipal = "iot.amazonaws.com";

    /// <returns>The answer to RegisterThing.</returns>
    public JsonObject Apply(ProvisioningTemplate template, TemplateBody body, DeviceCertificateRecord certificate, IReadOnlyDictionary<string, string> parameters)
    {
        var functions = body.For(certificate.Id, parameters);
        var role = RoleOf(template);
        var thing = body.Thing is { } resource ? ThingPlan.Of(resource, functions, registry) : null;
        var status = StatusOf(body.Certificate, functions, certificate);
        var policies = body.Policies.Select(policy => PolicyOf(policy, functions)).ToList();
        var configuration = Configuration(body.DeviceConfiguration, functions);

        if (thing is not null)
        {
            Require(role, thing.Exists ? "iot:UpdateThing" : "iot:CreateThing", Thing.ArnOf(thing.Name));
            Require(role, "iot:AttachThingPrincipal", certificate.Arn);
            if (thing.Joins.Count > 0) Require(role, "iot:AddThingToThingGroup", Thing.ArnOf(thing.Name));
            if (thing.Leaves.Count > 0) Require(role, "iot:RemoveThingFromThingGroup", Thing.ArnOf(thing.Name));
        }

        if (status != certificate.Status) Require(role, "iot:UpdateCertificate", certificate.Arn);
        foreach (var (name, document) in policies)
        {
            if (document is not null) Require(role, "iot:CreatePolicy", CloudAccount.Arn("iot", $"policy/{name}"));
            Require(role, "iot:AttachPolicy", certificate.Arn);
        }

        // The status comes last: a certificate that works has all that belongs to it.
        thing?.Apply(registry);
        if (thing is not null) registry.Principals.Attach(thing.Name, certificate.Id, exclusive: false);
        foreach (var (name, document) in policies)
        {
            if (document is not null) registry.Policies.Create(name, document);
            registry.PolicyTargets.Attach(name, certificate.Id);
        }

        if (status != certificate.Status) registry.Certificates.Update(certificate.Id, status);
        return new JsonObject { ["deviceConfiguration"] = configuration }.With("thingName", thing?.Name);
    }

    private static string StatusOf(CertificateResource resource, TemplateFunctions functions, DeviceCertificateRecord certificate)
    {
        var wanted = resource.Status is null ? CertificateStatus.Active : functions.Text(resource.Status, "Status").ToUpperInvariant();
        if (wanted is not (CertificateStatus.Active or CertificateStatus.Inactive))
            throw RegistryException.InvalidRequest($"The Status of a certificate must be ACTIVE or INACTIVE; the template gives '{wanted}'.");
        if (certificate.Status == wanted || certificate.Status == CertificateStatus.PendingActivation || resource.StatusOverride == OverrideSetting.Replace) return wanted;
        return resource.StatusOverride == OverrideSetting.DoNothing
            ? certificate.Status
            : throw ThingPlan.Conflict($"The certificate {certificate.Id} is {certificate.Status}, the template says {wanted}");
    }

    /// <summary>The name, and a document when the policy is to be made. A document without a name is named by its hash.</summary>
    private (string Name, string? Document) PolicyOf(PolicyResource resource, TemplateFunctions functions)
    {
        if (resource.Name is not null) return (registry.Policies.Get(functions.Text(resource.Name, "PolicyName")).Name, null);
        var document = functions.Evaluate(resource.Document) is JsonObject inline ? inline.ToJsonString() : functions.Text(resource.Document, "PolicyDocument");
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(document)));
        return registry.Policies.All.Any(p => p.Name == name) ? (name, null) : (name, document);
    }

    /// <summary>Flat, and all of it text.</summary>
    private static JsonObject Configuration(JsonObject section, TemplateFunctions functions) =>
        new(section.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, functions.Text(pair.Value, $"DeviceConfiguration.{pair.Key}"))));

    private Caller RoleOf(ProvisioningTemplate template)
    {
        var role = iam.FindRole(template.RoleArn[(template.RoleArn.LastIndexOf('/') + 1)..]);
        var context = new Dictionary<string, IReadOnlyList<string>>
        {
            ["aws:SourceArn"] = [template.Arn],
            ["aws:SourceAccount"] = [CloudAccount.AccountId],
        };
        if (role is null || role.Arn != template.RoleArn || !role.MayBeAssumedBy(ServicePrincipal, context))
            throw Denied($"{ServicePrincipal} cannot assume the provisioning role {template.RoleArn}: it must exist, and its trust policy must name {ServicePrincipal} and, where it asks for them, this account and template.");
        return new Caller("", role.Arn, $"{role.RoleId}:{template.Name}", role.Name, new Dictionary<string, string>());
    }

    private void Require(Caller role, string action, string resource)
    {
        var decision = iam.Decide(role, action, resource);
        if (decision != PolicyDecision.Allow) throw Denied(AccessDenied.Message(role, action, resource, decision));
    }

    private static RegistryException Denied(string message) => new("ACCESS_DENIED", 403, message);
}

/// <summary>What to do about the thing: make it, or change one that exists as far as the override settings let. Certificates it has stay attached.</summary>
/// <param name="Name">The thing's name.</param>
/// <param name="Exists">Whether there is one of this name.</param>
/// <param name="TypeName">The type to give it; null leaves it.</param>
/// <param name="Attributes">The attributes to give it; null leaves them.</param>
/// <param name="Merge">Whether attributes not named here stay.</param>
/// <param name="Joins">The groups to put it in.</param>
/// <param name="Leaves">The groups to take it out of.</param>
internal sealed record ThingPlan(
    string Name, bool Exists, string? TypeName, IReadOnlyDictionary<string, string>? Attributes, bool Merge, IReadOnlyList<string> Joins, IReadOnlyList<string> Leaves)
{
    public static ThingPlan Of(ThingResource resource, TemplateFunctions functions, RegistryService registry)
    {
        var name = NameRules.ThingName(functions.Text(resource.ThingName, "ThingName"));
        var type = resource.ThingTypeName is null ? null : functions.Text(resource.ThingTypeName, "ThingTypeName");
        var attributes = resource.Attributes?.ToDictionary(pair => pair.Key, pair => functions.Text(pair.Value, $"AttributePayload.{pair.Key}"));
        var groups = resource.ThingGroups?.Select(group => registry.ThingGroups.Get(functions.Text(group, "Every one of ThingGroups")).Name).ToHashSet();
        if (registry.FindThing(name) is not { } thing) return new ThingPlan(name, Exists: false, type, attributes, Merge: false, [.. groups ?? []], Leaves: []);

        var keepsType = type is null || type == thing.TypeName
            || Keeps(resource.ThingTypeOverride, $"The thing {name} has the type {thing.TypeName ?? "(none)"}, the template says {type}");
        var keepsAttributes = attributes is null || ThingAttributes.Same(attributes, thing.Attributes)
            || Keeps(resource.AttributesOverride, $"The thing {name} has other attributes than the template says");
        var current = registry.ThingGroups.GroupsOf(name).Select(group => group.Name).ToHashSet();
        var keepsGroups = groups is null || groups.SetEquals(current) || Keeps(resource.ThingGroupsOverride, $"The thing {name} is in other groups than the template says");
        return new ThingPlan(
            name, Exists: true, keepsType ? null : type, keepsAttributes ? null : attributes, resource.AttributesOverride == OverrideSetting.Merge,
            keepsGroups ? [] : [.. groups!.Except(current)],
            keepsGroups || resource.ThingGroupsOverride == OverrideSetting.Merge ? [] : [.. current.Except(groups!)]);
    }

    public void Apply(RegistryService registry)
    {
        if (!Exists) registry.Things.Create(Name, TypeName, Attributes ?? new Dictionary<string, string>());
        else if (TypeName is not null || Attributes is not null) registry.Things.Update(Name, TypeName, removeType: false, Attributes, Merge, expectedVersion: null);
        foreach (var group in Leaves) registry.ThingGroups.Remove(group, Name);
        foreach (var group in Joins) registry.ThingGroups.Add(group, Name);
    }

    public static RegistryException Conflict(string what) => new("ResourceConflicts", 409, $"{what}, and its override setting is FAIL.");

    private static bool Keeps(OverrideSetting setting, string conflict) =>
        setting == OverrideSetting.Fail ? throw Conflict(conflict) : setting == OverrideSetting.DoNothing;
}
