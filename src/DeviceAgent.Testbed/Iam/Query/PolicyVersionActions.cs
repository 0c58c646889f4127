using System.Xml.Linq;
using DeviceAgent.Testbed.Iam.Entities;

namespace DeviceAgent.Testbed.Iam.Query;

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
