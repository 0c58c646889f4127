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
