using DeviceAgent.Testbed.Iam.Entities;

namespace DeviceAgent.Testbed.Iam.Query;

/// <summary>The actions on roles and the policies attached to them.</summary>
internal sealed class RoleActions(RoleDirectory roles)
{
    public IEnumerable<IamAction> All =>
    [
        new("CreateRole", Arn, q => [Shapes.Role(roles.Create(
            q.Required("RoleName"),
            q.Required("AssumeRolePolicyDocument"),
            q.Optional("Path") ?? "/",
            q.Optional("Description"),
            q.Integer("MaxSessionDuration") ?? Checks.MinSessionDuration,
            q.Tags()))]),
        new("GetRole", Arn, q => [Shapes.Role(roles.Get(Name(q)))]),
        new("ListRoles", q => CloudAccount.GlobalArn("iam", $"role{PathPrefix(q)}"), q => Page.Of(
            q, "Roles", roles.All.Where(role => role.Path.StartsWith(PathPrefix(q), StringComparison.Ordinal)), role => role.Name, Shapes.RoleInList)),
        new("UpdateRole", Arn, q =>
        {
            roles.Update(Name(q), q.Optional("Description"), q.Integer("MaxSessionDuration"));
            return [];
        }),
        new("UpdateAssumeRolePolicy", Arn, q => roles.UpdateTrustPolicy(Name(q), q.Required("PolicyDocument"))),
        new("DeleteRole", Arn, q => roles.Delete(Name(q))),
        new("AttachRolePolicy", Arn, q => roles.Attach(Name(q), q.Required("PolicyArn"))),
        new("DetachRolePolicy", Arn, q => roles.Detach(Name(q), q.Required("PolicyArn"))),
        new("ListAttachedRolePolicies", Arn, q => Page.Of(
            q, "AttachedPolicies", roles.Get(Name(q)).AttachedPolicies, arn => arn, Shapes.AttachedPolicy)),
    ];

    /// <summary>Of the role that is named; a name that is not taken counts as one directly below the root.</summary>
    public string Arn(QueryRequest request) =>
        roles.Find(Name(request))?.Arn ?? CloudAccount.GlobalArn("iam", $"role{request.Optional("Path") ?? "/"}{Name(request)}");

    public static string Name(QueryRequest request) => request.Required("RoleName");

    private static string PathPrefix(QueryRequest request) => request.Optional("PathPrefix") ?? "/";
}
