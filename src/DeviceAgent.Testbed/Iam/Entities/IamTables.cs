using DeviceAgent.Testbed.State;

namespace DeviceAgent.Testbed.Iam.Entities;

/// <summary>Where IAM keeps what it knows. Whoever changes something holds the gate from reading to writing.</summary>
internal sealed class IamTables(StateStore store)
{
    public Lock Gate { get; } = new();

    /// <summary>By name.</summary>
    public IamTable<RoleRecord> Roles { get; } = new(store, "iam.role", IamJson.Default.RoleRecord);

    /// <summary>By name.</summary>
    public IamTable<UserRecord> Users { get; } = new(store, "iam.user", IamJson.Default.UserRecord);

    /// <summary>By ARN.</summary>
    public IamTable<PolicyRecord> Policies { get; } = new(store, "iam.policy", IamJson.Default.PolicyRecord);

    /// <summary>How many roles and users a policy is attached to.</summary>
    public int AttachmentCount(string policyArn) =>
        Roles.All.Count(role => role.AttachedPolicies.Contains(policyArn)) + Users.All.Count(user => user.AttachedPolicies.Contains(policyArn));
}
