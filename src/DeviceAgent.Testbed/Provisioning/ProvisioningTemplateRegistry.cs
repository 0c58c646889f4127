using System.Text.Json.Serialization;
using DeviceAgent.Testbed.Provisioning.Templates;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.State;

namespace DeviceAgent.Testbed.Provisioning;

/// <summary>The provisioning templates of the account and their versions.</summary>
internal sealed class ProvisioningTemplateRegistry(StateStore store, TimeProvider time)
{
    private const int MaximumTemplates = 256;
    private const int MaximumVersions = 5;
    private const int MaximumDescriptionLength = 500;

    private readonly Lock _gate = new();
    private readonly Documents<ProvisioningTemplate> _templates = new(store, "iot.provisioning-template", ProvisioningJson.Default.ProvisioningTemplate);

    public IReadOnlyList<ProvisioningTemplate> All => _templates.All;

    public ProvisioningTemplate? Find(string name) => _templates.Find(name);

    public ProvisioningTemplate Get(string name) =>
        Find(NameRules.TemplateName(name)) ?? throw RegistryException.NotFound($"Provisioning template {name} does not exist.");

    public ProvisioningTemplate Create(string name, string? description, string body, bool enabled, string roleArn)
    {
        NameRules.TemplateName(name);
        NameRules.RoleArn(roleArn, "provisioningRoleArn");
        RequireDescription(description);
        TemplateBody.Parse(body);
        lock (_gate)
        {
            if (Find(name) is { } existing)
                throw RegistryException.AlreadyExists($"Template with name {name} already exists", existing.Name, existing.Arn);
            if (All.Count >= MaximumTemplates)
                throw RegistryException.LimitExceeded($"The account has the maximum number of provisioning templates ({MaximumTemplates})");
            var now = time.GetUtcNow();
            return _templates.Put(name, new ProvisioningTemplate(
                name, description, enabled, roleArn, [new ProvisioningTemplateVersion(1, body, now)], DefaultVersionId: 1, LastVersion: 1, now, now));
        }
    }

    /// <summary>Null leaves a setting as it is.</summary>
    public void Update(string name, string? description, bool? enabled, int? defaultVersionId, string? roleArn)
    {
        if (roleArn is not null) NameRules.RoleArn(roleArn, "provisioningRoleArn");
        RequireDescription(description);
        lock (_gate)
        {
            var old = Get(name);
            _templates.Put(name, old with
            {
                Description = description ?? old.Description,
                Enabled = enabled ?? old.Enabled,
                DefaultVersionId = defaultVersionId is { } id ? GetVersion(name, id).Id : old.DefaultVersionId,
                RoleArn = roleArn ?? old.RoleArn,
                Modified = time.GetUtcNow(),
            });
        }
    }

    public void Delete(string name)
    {
        lock (_gate) _templates.Delete(Get(name).Name);
    }

    public ProvisioningTemplateVersion CreateVersion(string name, string body, bool setAsDefault)
    {
        TemplateBody.Parse(body);
        lock (_gate)
        {
            var template = Get(name);
            if (template.Versions.Count >= MaximumVersions)
                throw RegistryException.VersionsLimitExceeded($"The provisioning template {name} already has the maximum number of versions ({MaximumVersions})");
            var now = time.GetUtcNow();
            var version = new ProvisioningTemplateVersion(template.LastVersion + 1, body, now);
            _templates.Put(name, template with
            {
                Versions = [.. template.Versions, version],
                DefaultVersionId = setAsDefault ? version.Id : template.DefaultVersionId,
                LastVersion = version.Id,
                Modified = now,
            });
            return version;
        }
    }

    public ProvisioningTemplateVersion GetVersion(string name, int versionId) =>
        Get(name).Versions.SingleOrDefault(v => v.Id == versionId)
            ?? throw RegistryException.NotFound($"Version {versionId} of the provisioning template {name} does not exist.");

    public void DeleteVersion(string name, int versionId)
    {
        lock (_gate)
        {
            var version = GetVersion(name, versionId);
            var template = Get(name);
            if (template.DefaultVersionId == version.Id)
                throw RegistryException.DeleteConflict($"Cannot delete the default version of a provisioning template (name={name}, version={versionId})");
            _templates.Put(name, template with { Versions = [.. template.Versions.Where(v => v.Id != version.Id)] });
        }
    }

    private static void RequireDescription(string? description)
    {
        if (description?.Length > MaximumDescriptionLength)
            throw RegistryException.InvalidRequest($"description must not be longer than {MaximumDescriptionLength} characters.");
    }
}

/// <summary>What becomes of a device that registers its thing, as an operator wrote it.</summary>
internal sealed record ProvisioningTemplate(
    string Name, string? Description, bool Enabled, string RoleArn, IReadOnlyList<ProvisioningTemplateVersion> Versions,
    int DefaultVersionId, int LastVersion, DateTimeOffset Created, DateTimeOffset Modified)
{
    public string Arn => ArnOf(Name);

    public ProvisioningTemplateVersion Default => Versions.Single(v => v.Id == DefaultVersionId);

    public static string ArnOf(string name) => CloudAccount.Arn("iot", $"provisioningtemplate/{name}");
}

internal sealed record ProvisioningTemplateVersion(int Id, string Body, DateTimeOffset Created);

[JsonSerializable(typeof(ProvisioningTemplate))]
[JsonSerializable(typeof(TemporaryCertificate))]
[JsonSourceGenerationOptions(IgnoreReadOnlyProperties = true)]
internal sealed partial class ProvisioningJson : JsonSerializerContext;
