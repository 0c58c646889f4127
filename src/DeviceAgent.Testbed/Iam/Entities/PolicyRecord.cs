namespace DeviceAgent.Testbed.Iam.Entities;

/// <summary>A managed policy as it is stored. Version numbers are never used twice, hence <c>LastVersion</c>.</summary>
internal sealed record PolicyRecord(
    string Name,
    string Path,
    string PolicyId,
    DateTimeOffset CreateDate,
    DateTimeOffset UpdateDate,
    string? Description,
    IReadOnlyList<Tag> Tags,
    IReadOnlyList<PolicyVersionRecord> Versions,
    string DefaultVersionId,
    int LastVersion)
{
    public string Arn => CloudAccount.GlobalArn("iam", $"policy{Path}{Name}");

    public PolicyVersionRecord DefaultVersion => Versions.Single(version => version.VersionId == DefaultVersionId);
}
