namespace DeviceAgent.Testbed.Iam.Entities;

/// <summary>A user as it is stored; attached policies by ARN.</summary>
internal sealed record UserRecord(
    string Name,
    string Path,
    string UserId,
    DateTimeOffset CreateDate,
    IReadOnlyList<Tag> Tags,
    IReadOnlyList<string> AttachedPolicies)
{
    public string Arn => CloudAccount.GlobalArn("iam", $"user{Path}{Name}");
}
