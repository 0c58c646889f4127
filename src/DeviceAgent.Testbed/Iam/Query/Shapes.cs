using System.Xml.Linq;
using DeviceAgent.Testbed.Iam.Entities;

namespace DeviceAgent.Testbed.Iam.Query;

/// <summary>The entities as the API shows them. Policy documents go percent-encoded; lists leave some fields out, as AWS does.</summary>
internal static class Shapes
{
    public static XElement Role(RoleRecord role) => new("Role", RoleInList(role), Tags(role.Tags));

    public static IEnumerable<XElement?> RoleInList(RoleRecord role) =>
    [
        new("Path", role.Path),
        new("RoleName", role.Name),
        new("RoleId", role.RoleId),
        new("Arn", role.Arn),
        Date("CreateDate", role.CreateDate),
        Document("AssumeRolePolicyDocument", role.TrustPolicy),
        Optional("Description", role.Description),
        new("MaxSessionDuration", role.MaxSessionDuration),
    ];

    public static XElement User(UserRecord user) => new("User", UserInList(user), Tags(user.Tags));

    public static IEnumerable<XElement> UserInList(UserRecord user) =>
    [
        new("Path", user.Path),
        new("UserName", user.Name),
        new("UserId", user.UserId),
        new("Arn", user.Arn),
        Date("CreateDate", user.CreateDate),
    ];

    public static XElement Policy(PolicyRecord policy, int attachmentCount) =>
        new("Policy", PolicyInList(policy, attachmentCount), Optional("Description", policy.Description), Tags(policy.Tags));

    public static IEnumerable<XElement> PolicyInList(PolicyRecord policy, int attachmentCount) =>
    [
        new("PolicyName", policy.Name),
        new("PolicyId", policy.PolicyId),
        new("Arn", policy.Arn),
        new("Path", policy.Path),
        new("DefaultVersionId", policy.DefaultVersionId),
        new("AttachmentCount", attachmentCount),
        new("PermissionsBoundaryUsageCount", 0),
        new("IsAttachable", true),
        Date("CreateDate", policy.CreateDate),
        Date("UpdateDate", policy.UpdateDate),
    ];

    public static IEnumerable<XElement> PolicyVersion(PolicyRecord policy, PolicyVersionRecord version) =>
    [
        new("VersionId", version.VersionId),
        new("IsDefaultVersion", version.VersionId == policy.DefaultVersionId),
        Date("CreateDate", version.CreateDate),
    ];

    public static IEnumerable<XElement> AttachedPolicy(string arn) => [new("PolicyName", arn[(arn.LastIndexOf('/') + 1)..]), new("PolicyArn", arn)];

    public static XElement Document(string name, string document) => new(name, Uri.EscapeDataString(document));

    private static XElement Date(string name, DateTimeOffset date) => new(name, date.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"));

    private static XElement? Optional(string name, string? value) => value is null ? null : new XElement(name, value);

    private static XElement? Tags(IReadOnlyList<Tag> tags) => tags.Count == 0
        ? null
        : new XElement("Tags", tags.Select(tag => new XElement("member", new XElement("Key", tag.Key), new XElement("Value", tag.Value))));
}
