namespace DeviceAgent.Testbed.Provisioning;

/// <summary>What becomes of a device that registers its thing, as an operator wrote it.</summary>
internal sealed record ProvisioningTemplate(
    string Name, string? Description, bool Enabled, string RoleArn, IReadOnlyList<ProvisioningTemplateVersion> Versions,
    int DefaultVersionId, int LastVersion, DateTimeOffset Created, DateTimeOffset Modified)
{
    public string Arn => ArnOf(Name);

    public ProvisioningTemplateVersion Default => Versions.Single(v => v.Id == DefaultVersionId);

    public static string ArnOf(string name) => CloudAccount.Arn("iot", $"provisioningtemplate/{name}");
}
