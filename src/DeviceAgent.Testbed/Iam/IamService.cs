using DeviceAgent.Testbed.State;

namespace DeviceAgent.Testbed.Iam;

/// <summary>Roles, policies and users of the account, and what they permit.</summary>
internal sealed class IamService(StateStore store, TimeProvider time)
{
    public IamRole? FindRole(string roleName) => throw new NotImplementedException(store.ToString() + time);

    /// <summary>The policies in force for a role: the default version of every attached one, and the inline ones.</summary>
    public IReadOnlyList<PolicyDocument> PoliciesOfRole(string roleName) => throw new NotImplementedException();
}
