namespace DeviceAgent.Testbed.Iam.Entities;

/// <summary>The default quotas of an account, as far as an operator can meet them here. Sizes in characters without white space.</summary>
internal static class Quotas
{
    public const int ManagedPolicySize = 6144;
    public const int InlinePoliciesOfRoleSize = 10240;
    public const int TrustPolicySize = 2048;
    public const int VersionsOfPolicy = 5;
    public const int AttachedPolicies = 10;
    public const int Tags = 50;

    public static int Size(string document) => document.Count(character => !char.IsWhiteSpace(character));

    public static void Require(int size, int limit, string name)
    {
        if (size > limit) throw IamException.LimitExceeded($"Cannot exceed quota for {name}: {limit}");
    }
}
