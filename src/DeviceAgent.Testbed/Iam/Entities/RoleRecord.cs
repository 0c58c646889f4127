namespace DeviceAgent.Testbed.Iam.Entities;

/// <summary>A role as it is stored. <c>MaxSessionDuration</c> in seconds; inline policies by name; attached ones by ARN.</summary>
internal sealed record RoleRecord(
    string Name,
    string Path,
    string RoleId,
    DateTimeOffset CreateDate,
    string TrustPolicy,
    string? Description,
    int MaxSessionDuration,
    IReadOnlyList<Tag> Tags,
    IReadOnlyList<string> AttachedPolicies,
    IReadOnlyDictionary<string, string> InlinePolicies)
{
    public string Arn => CloudAccount.GlobalArn("iam", $"role{Path}{Name}");
}
