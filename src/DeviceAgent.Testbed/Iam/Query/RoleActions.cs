using DeviceAgent.Testbed.Iam.Entities;

namespace DeviceAgent.Testbed.Iam.Query;

/// <summary>The actions on roles and the policies attached to them.</summary>
internal sealed class RoleActions(RoleDirectory roles)
{
    public IEnumerable<IamAction> All =>
    [
        new("CreateRole", Arn, q => [Shapes.Role(roles.Create(
            q.Without("PermissionsBoundary").Required("RoleName"),
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
            q, "AttachedPolicies", Attachments.Under(PathPrefix(q), roles.Get(Name(q)).AttachedPolicies), arn => arn, Shapes.AttachedPolicy)),
    ];

    /// <summary>Of the role that is named; a name that is not taken counts as one directly below the root.</summary>
    public string Arn(QueryRequest request) =>
        roles.Find(Name(request))?.Arn ?? CloudAccount.GlobalArn("iam", $"role{request.Optional("Path") ?? "/"}{Name(request)}");

    public static string Name(QueryRequest request) => request.Required("RoleName");

    private static string PathPrefix(QueryRequest request) => request.Optional("PathPrefix") ?? "/";
}

/// <summary>The actions on users and the policies attached to them.</summary>
internal sealed class UserActions(UserDirectory users)
{
    public IEnumerable<IamAction> All =>
    [
        new("CreateUser", Arn, q => [Shapes.User(users.Create(Name(q.Without("PermissionsBoundary")), q.Optional("Path") ?? "/", q.Tags()))]),
        new("GetUser", (q, caller) => q.Optional("UserName") is null ? caller.Arn : Arn(q), (q, caller) => [Shapes.User(Named(q, caller))]),
        new("ListUsers", q => CloudAccount.GlobalArn("iam", $"user{PathPrefix(q)}"), q => Page.Of(
            q, "Users", users.All.Where(user => user.Path.StartsWith(PathPrefix(q), StringComparison.Ordinal)), user => user.Name, Shapes.UserInList)),
        new("DeleteUser", Arn, q => users.Delete(Name(q))),
        new("AttachUserPolicy", Arn, q => users.Attach(Name(q), q.Required("PolicyArn"))),
        new("DetachUserPolicy", Arn, q => users.Detach(Name(q), q.Required("PolicyArn"))),
        new("ListAttachedUserPolicies", Arn, q => Page.Of(
            q, "AttachedPolicies", Attachments.Under(PathPrefix(q), users.Get(Name(q)).AttachedPolicies), arn => arn, Shapes.AttachedPolicy)),
    ];

    /// <summary>Without a name the caller asks for itself, which a role session is not.</summary>
    private UserRecord Named(QueryRequest request, Caller caller)
    {
        if (request.Optional("UserName") is { } name) return users.Get(name);
        return caller.RoleName is null
            ? users.Get(UserDirectory.OperatorName)
            : throw IamException.ValidationError("Must specify userName when calling with non-User credentials");
    }

    private string Arn(QueryRequest request) =>
        users.Find(Name(request))?.Arn ?? CloudAccount.GlobalArn("iam", $"user{request.Optional("Path") ?? "/"}{Name(request)}");

    private static string Name(QueryRequest request) => request.Required("UserName");

    private static string PathPrefix(QueryRequest request) => request.Optional("PathPrefix") ?? "/";
}
