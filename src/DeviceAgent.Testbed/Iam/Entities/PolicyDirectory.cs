namespace DeviceAgent.Testbed.Iam.Entities;

/// <summary>The managed policies of the account with their versions.</summary>
internal sealed class PolicyDirectory(IamTables tables, TimeProvider time)
{
    public IReadOnlyList<PolicyRecord> All => tables.Policies.All;

    public PolicyRecord? Find(string arn) => tables.Policies.Find(arn);

    public PolicyRecord Get(string arn) => Find(arn) ?? throw IamException.NoSuchEntity($"Policy {arn} was not found.");

    public PolicyVersionRecord GetVersion(string arn, string versionId) => VersionOf(Get(arn), versionId);

    public int AttachmentCount(string arn) => tables.AttachmentCount(arn);

    public PolicyRecord Create(string name, string document, string path = "/", string? description = null, IReadOnlyList<Tag>? tags = null)
    {
        Checks.Name("policyName", name, Checks.PolicyNameLength);
        Checks.Path(path);
        Checks.Description(description);
        Checks.Tags(tags ?? []);
        CheckDocument(document);
        lock (tables.Gate)
        {
            if (All.Any(policy => policy.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
                throw IamException.EntityAlreadyExists($"A policy called {name} already exists. Duplicate names are not allowed.");
            var now = time.GetUtcNow();
            return Store(new PolicyRecord(
                name, path, UniqueId.Policy(), now, now, description, tags ?? [],
                [new PolicyVersionRecord("v1", document, now)], DefaultVersionId: "v1", LastVersion: 1));
        }
    }

    public void Delete(string arn)
    {
        lock (tables.Gate)
        {
            var policy = Get(arn);
            if (tables.AttachmentCount(arn) > 0) throw IamException.DeleteConflict("Cannot delete a policy attached to entities.");
            if (policy.Versions.Count > 1)
                throw IamException.DeleteConflict("This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.");
            tables.Policies.Delete(arn);
        }
    }

    public PolicyVersionRecord CreateVersion(string arn, string document, bool setAsDefault)
    {
        CheckDocument(document);
        lock (tables.Gate)
        {
            var policy = Get(arn);
            if (policy.Versions.Count >= Quotas.VersionsOfPolicy)
                throw IamException.LimitExceeded($"A managed policy can have up to {Quotas.VersionsOfPolicy} versions. Before you create a new version, you must delete an existing version.");
            var now = time.GetUtcNow();
            var version = new PolicyVersionRecord($"v{policy.LastVersion + 1}", document, now);
            Store(policy with
            {
                Versions = [.. policy.Versions, version],
                LastVersion = policy.LastVersion + 1,
                DefaultVersionId = setAsDefault ? version.VersionId : policy.DefaultVersionId,
                UpdateDate = now,
            });
            return version;
        }
    }

    public void SetDefaultVersion(string arn, string versionId)
    {
        lock (tables.Gate)
        {
            var policy = Get(arn);
            Store(policy with { DefaultVersionId = VersionOf(policy, versionId).VersionId, UpdateDate = time.GetUtcNow() });
        }
    }

    public void DeleteVersion(string arn, string versionId)
    {
        lock (tables.Gate)
        {
            var policy = Get(arn);
            var version = VersionOf(policy, versionId);
            if (versionId == policy.DefaultVersionId) throw IamException.DeleteConflict("Cannot delete the default version of a policy.");
            Store(policy with { Versions = [.. policy.Versions.Where(other => other != version)] });
        }
    }

    private static PolicyVersionRecord VersionOf(PolicyRecord policy, string versionId) =>
        policy.Versions.FirstOrDefault(version => version.VersionId == versionId)
        ?? throw IamException.NoSuchEntity($"Policy {policy.Arn} version {versionId} does not exist or is not attachable.");

    private static void CheckDocument(string document)
    {
        Checks.IdentityPolicy(document);
        Quotas.Require(Quotas.Size(document), Quotas.ManagedPolicySize, "PolicySize");
    }

    private PolicyRecord Store(PolicyRecord policy)
    {
        tables.Policies.Put(policy.Arn, policy);
        return policy;
    }
}

/// <summary>A managed policy as it is stored. Version numbers are never used twice, hence <c>LastVersion</c>.</summary>
internal sealed record PolicyRecord(
    string Name,
    string Path,
    string PolicyId,
    DateTimeOffset CreateDate,
    DateTimeOffset UpdateDate,
    string? Description,
    IReadOnlyList<Tag> Tags,
    IReadOnlyList<PolicyVersionRecord> Versions,
    string DefaultVersionId,
    int LastVersion)
{
    public string Arn => CloudAccount.GlobalArn("iam", $"policy{Path}{Name}");

    public PolicyVersionRecord DefaultVersion => Versions.Single(version => version.VersionId == DefaultVersionId);
}

/// <param name="VersionId"><c>v1</c>, <c>v2</c>, ...</param>
/// <param name="Document">The policy's JSON as it was given.</param>
/// <param name="CreateDate">When it was made.</param>
internal sealed record PolicyVersionRecord(string VersionId, string Document, DateTimeOffset CreateDate);

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

    /// <summary>Those whose policy's path begins so.</summary>
    public static IEnumerable<string> Under(string pathPrefix, IReadOnlyList<string> attached) =>
        attached.Where(arn => arn.StartsWith(CloudAccount.GlobalArn("iam", $"policy{pathPrefix}"), StringComparison.Ordinal));

    public static IReadOnlyList<string> Without(IReadOnlyList<string> attached, string policyArn) => attached.Contains(policyArn)
        ? [.. attached.Where(arn => arn != policyArn)]
        : throw IamException.NoSuchEntity($"Policy {policyArn} was not found.");
}
