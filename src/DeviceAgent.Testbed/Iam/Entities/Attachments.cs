namespace DeviceAgent.Testbed.Iam.Entities;

/// <summary>The list of managed policies that a role or user holds. Attaching twice is attaching once.</summary>
internal static class Attachments
{
    public static IReadOnlyList<string> With(IReadOnlyList<string> attached, PolicyRecord? policy, string policyArn, string quota)
    {
        if (policy is null) throw IamException.NoSuchEntity($"Policy {policyArn} does not exist or is not attachable.");
        if (attached.Contains(policyArn)) return attached;
        Quotas.Require(attached.Count + 1, Quotas.AttachedPolicies, quota);
        return [.. attached, policyArn];
    }

    public static IReadOnlyList<string> Without(IReadOnlyList<string> attached, string policyArn) => attached.Contains(policyArn)
        ? [.. attached.Where(arn => arn != policyArn)]
        : throw IamException.NoSuchEntity($"Policy {policyArn} was not found.");
}
