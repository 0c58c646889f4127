using System.Xml.Linq;
using DeviceAgent.Testbed.Iam.Entities;

namespace DeviceAgent.Testbed.Iam.Query;

/// <summary>The actions on managed policies.</summary>
internal sealed class PolicyActions(PolicyDirectory policies)
{
    public IEnumerable<IamAction> All =>
    [
        new("CreatePolicy", q => CloudAccount.GlobalArn("iam", $"policy{q.Optional("Path") ?? "/"}{q.Required("PolicyName")}"), q =>
        [
            Shapes.Policy(
                policies.Create(q.Required("PolicyName"), q.Required("PolicyDocument"), q.Optional("Path") ?? "/", q.Optional("Description"), q.Tags()),
                attachmentCount: 0),
        ]),
        new("GetPolicy", Arn, q => [Shapes.Policy(policies.Get(Arn(q)), policies.AttachmentCount(Arn(q)))]),
        new("ListPolicies", q => CloudAccount.GlobalArn("iam", $"policy{q.Optional("PathPrefix") ?? "/"}"), List),
        new("DeletePolicy", Arn, q => policies.Delete(Arn(q))),
    ];

    public static string Arn(QueryRequest request) => request.Required("PolicyArn");

    /// <summary>All policies here are the account's own and none is a boundary.</summary>
    private XElement[] List(QueryRequest request)
    {
        var prefix = request.Optional("PathPrefix") ?? "/";
        var attachedOnly = request.Flag("OnlyAttached");
        var listed = request.Optional("Scope") == "AWS" || request.Optional("PolicyUsageFilter") == "PermissionsBoundary"
            ? []
            : policies.All
                .Where(policy => policy.Path.StartsWith(prefix, StringComparison.Ordinal))
                .Select(policy => (Policy: policy, Attachments: policies.AttachmentCount(policy.Arn)))
                .Where(entry => !attachedOnly || entry.Attachments > 0);
        return Page.Of(request, "Policies", listed, entry => entry.Policy.Name, entry => Shapes.PolicyInList(entry.Policy, entry.Attachments));
    }
}

/// <summary>The actions on the versions of managed policies.</summary>
internal sealed class PolicyVersionActions(PolicyDirectory policies)
{
    public IEnumerable<IamAction> All =>
    [
        new("CreatePolicyVersion", PolicyActions.Arn, q =>
        {
            var version = policies.CreateVersion(PolicyActions.Arn(q), q.Required("PolicyDocument"), q.Flag("SetAsDefault"));
            return [new XElement("PolicyVersion", Shapes.PolicyVersion(policies.Get(PolicyActions.Arn(q)), version))];
        }),
        new("GetPolicyVersion", PolicyActions.Arn, q =>
        {
            var version = policies.GetVersion(PolicyActions.Arn(q), VersionId(q));
            return [new XElement("PolicyVersion", Shapes.Document("Document", version.Document), Shapes.PolicyVersion(policies.Get(PolicyActions.Arn(q)), version))];
        }),
        new("ListPolicyVersions", PolicyActions.Arn, q =>
        {
            var policy = policies.Get(PolicyActions.Arn(q));
            return Page.Of(q, "Versions", policy.Versions, version => $"{int.Parse(version.VersionId[1..]):D9}", version => Shapes.PolicyVersion(policy, version));
        }),
        new("SetDefaultPolicyVersion", PolicyActions.Arn, q => policies.SetDefaultVersion(PolicyActions.Arn(q), VersionId(q))),
        new("DeletePolicyVersion", PolicyActions.Arn, q => policies.DeleteVersion(PolicyActions.Arn(q), VersionId(q))),
    ];

    private static string VersionId(QueryRequest request) => request.Required("VersionId");
}

/// <summary>The actions on policies that live in a role.</summary>
internal sealed class InlinePolicyActions(RoleDirectory roles, RoleActions roleActions)
{
    public IEnumerable<IamAction> All =>
    [
        new("PutRolePolicy", roleActions.Arn, q => roles.PutInlinePolicy(RoleActions.Name(q), PolicyName(q), q.Required("PolicyDocument"))),
        new("GetRolePolicy", roleActions.Arn, q =>
        [
            new XElement("RoleName", RoleActions.Name(q)),
            new XElement("PolicyName", PolicyName(q)),
            Shapes.Document("PolicyDocument", roles.GetInlinePolicy(RoleActions.Name(q), PolicyName(q))),
        ]),
        new("ListRolePolicies", roleActions.Arn, q => Page.Of(
            q, "PolicyNames", roles.Get(RoleActions.Name(q)).InlinePolicies.Keys, name => name, name => name)),
        new("DeleteRolePolicy", roleActions.Arn, q => roles.DeleteInlinePolicy(RoleActions.Name(q), PolicyName(q))),
    ];

    private static string PolicyName(QueryRequest request) => request.Required("PolicyName");
}
