namespace DeviceAgent.Testbed.Iam.Entities;

/// <summary>The roles of the account.</summary>
internal sealed class RoleDirectory(IamTables tables, TimeProvider time)
{
    public IReadOnlyList<RoleRecord> All => tables.Roles.All;

    public RoleRecord? Find(string name) => tables.Roles.Find(name);

    public RoleRecord Get(string name) => Find(name) ?? throw IamException.NoSuchEntity($"The role with name {name} cannot be found.");

    public RoleRecord Create(
        string name, string trustPolicy, string path = "/", string? description = null,
        int maxSessionDuration = Checks.MinSessionDuration, IReadOnlyList<Tag>? tags = null)
    {
        Checks.Name("roleName", name, Checks.RoleNameLength);
        Checks.Path(path);
        Checks.Description(description);
        Checks.SessionDuration(maxSessionDuration);
        Checks.Tags(tags ?? []);
        Checks.TrustPolicy(trustPolicy);
        lock (tables.Gate)
        {
            if (All.Any(role => role.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
                throw IamException.EntityAlreadyExists($"Role with name {name} already exists.");
            return Store(new RoleRecord(
                name, path, UniqueId.Role(), time.GetUtcNow(), trustPolicy, description, maxSessionDuration,
                tags ?? [], AttachedPolicies: [], InlinePolicies: new Dictionary<string, string>()));
        }
    }

    /// <summary>What is null stays as it is.</summary>
    public void Update(string name, string? description, int? maxSessionDuration)
    {
        Checks.Description(description);
        if (maxSessionDuration is { } seconds) Checks.SessionDuration(seconds);
        Change(name, role => role with
        {
            Description = description ?? role.Description,
            MaxSessionDuration = maxSessionDuration ?? role.MaxSessionDuration,
        });
    }

    public void UpdateTrustPolicy(string name, string trustPolicy)
    {
        Checks.TrustPolicy(trustPolicy);
        Change(name, role => role with { TrustPolicy = trustPolicy });
    }

    public void Delete(string name)
    {
        lock (tables.Gate)
        {
            var role = Get(name);
            if (role.AttachedPolicies.Count > 0) throw IamException.DeleteConflict("Cannot delete entity, must detach all policies first.");
            if (role.InlinePolicies.Count > 0) throw IamException.DeleteConflict("Cannot delete entity, must delete policies first.");
            tables.Roles.Delete(name);
        }
    }

    public void Attach(string name, string policyArn) => Change(name, role => role with
    {
        AttachedPolicies = Attachments.With(role.AttachedPolicies, tables.Policies.Find(policyArn), policyArn, "PoliciesPerRole"),
    });

    public void Detach(string name, string policyArn) => Change(name, role => role with
    {
        AttachedPolicies = Attachments.Without(role.AttachedPolicies, policyArn),
    });

    public void PutInlinePolicy(string name, string policyName, string document)
    {
        Checks.Name("policyName", policyName, Checks.PolicyNameLength);
        Checks.IdentityPolicy(document);
        Change(name, role =>
        {
            var policies = new SortedDictionary<string, string>(role.InlinePolicies.ToDictionary(), StringComparer.Ordinal) { [policyName] = document };
            Quotas.Require(policies.Values.Sum(Quotas.Size), Quotas.InlinePoliciesOfRoleSize, "InlinePolicySize");
            return role with { InlinePolicies = policies };
        });
    }

    public string GetInlinePolicy(string name, string policyName) => InlinePolicyOf(Get(name), policyName);

    public void DeleteInlinePolicy(string name, string policyName) => Change(name, role =>
    {
        _ = InlinePolicyOf(role, policyName);
        return role with { InlinePolicies = role.InlinePolicies.Where(policy => policy.Key != policyName).ToDictionary() };
    });

    private static string InlinePolicyOf(RoleRecord role, string policyName) => role.InlinePolicies.TryGetValue(policyName, out var document)
        ? document
        : throw IamException.NoSuchEntity($"The role policy with name {policyName} cannot be found.");

    private void Change(string name, Func<RoleRecord, RoleRecord> change)
    {
        lock (tables.Gate) Store(change(Get(name)));
    }

    private RoleRecord Store(RoleRecord role)
    {
        tables.Roles.Put(role.Name, role);
        return role;
    }
}

/// <summary>A role as it is stored. <c>MaxSessionDuration</c> in seconds; inline policies by name; attached ones by ARN.</summary>
internal sealed record RoleRecord(
    string Name,
    string Path,
    string RoleId,
    DateTimeOffset CreateDate,
    string TrustPolicy,
    string? Description,
    int MaxSessionDuration,
    IReadOnlyList<Tag> Tags,
    IReadOnlyList<string> AttachedPolicies,
    IReadOnlyDictionary<string, string> InlinePolicies)
{
    public string Arn => CloudAccount.GlobalArn("iam", $"role{Path}{Name}");
}
