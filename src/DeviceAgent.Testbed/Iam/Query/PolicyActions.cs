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

    /// <summary>All policies here are the account's own: the scope AWS is empty.</summary>
    private XElement[] List(QueryRequest request)
    {
        var prefix = request.Optional("PathPrefix") ?? "/";
        var attachedOnly = request.Flag("OnlyAttached");
        var listed = request.Optional("Scope") == "AWS"
            ? []
            : policies.All
                .Where(policy => policy.Path.StartsWith(prefix, StringComparison.Ordinal))
                .Select(policy => (Policy: policy, Attachments: policies.AttachmentCount(policy.Arn)))
                .Where(entry => !attachedOnly || entry.Attachments > 0);
        return Page.Of(request, "Policies", listed, entry => entry.Policy.Name, entry => Shapes.PolicyInList(entry.Policy, entry.Attachments));
    }
}
