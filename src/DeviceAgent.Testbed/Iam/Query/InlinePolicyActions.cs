using System.Xml.Linq;
using DeviceAgent.Testbed.Iam.Entities;

namespace DeviceAgent.Testbed.Iam.Query;

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
