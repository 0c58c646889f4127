using DeviceAgent.Testbed.Iam;

namespace DeviceAgent.Testbed.Registry;

/// <summary>AWS IoT policies and their versions.</summary>
internal sealed class PolicyRegistry(RegistryTables tables, TimeProvider time)
{
    private const int MaximumVersions = 5;
    private const int MaximumLength = 2048;

    public IReadOnlyList<IotPolicy> All => tables.Policies.All;

    public IotPolicy Create(string name, string document)
    {
        NameRules.PolicyName(name);
        RequireDocument(document);
        lock (tables.Gate)
        {
            if (tables.Policies.Find(name) is { } existing)
                throw RegistryException.AlreadyExists($"Policy cannot be created - name already exists (name={name})", existing.Name, existing.Arn);
            var now = time.GetUtcNow();
            return tables.Policies.Put(name, new IotPolicy(name, [new IotPolicyVersion("1", document, now)], "1", LastVersion: 1, now, now));
        }
    }

    public IotPolicy Get(string name) =>
        tables.Policies.Find(NameRules.PolicyName(name)) ?? throw RegistryException.NotFound($"Policy not found (name={name})");

    public void Delete(string name)
    {
        lock (tables.Gate)
        {
            var policy = Get(name);
            if (tables.PolicyAttachments.All.Any(a => a.PolicyName == name))
                throw RegistryException.DeleteConflict($"The policy cannot be deleted as the policy is attached to one or more principals (name={name})");
            if (policy.Versions.Count > 1)
                throw RegistryException.DeleteConflict($"Cannot delete the policy because it has one or more policy versions attached to it (name={name})");
            tables.Policies.Delete(name);
        }
    }

    public IotPolicyVersion CreateVersion(string name, string document, bool setAsDefault)
    {
        RequireDocument(document);
        lock (tables.Gate)
        {
            var policy = Get(name);
            if (policy.Versions.Count >= MaximumVersions)
                throw RegistryException.VersionsLimitExceeded($"The policy {name} already has the maximum number of versions ({MaximumVersions})");
            var now = time.GetUtcNow();
            var number = policy.LastVersion + 1;
            var version = new IotPolicyVersion(number.ToString(), document, now);
            tables.Policies.Put(name, policy with
            {
                Versions = [.. policy.Versions, version],
                DefaultVersionId = setAsDefault ? version.Id : policy.DefaultVersionId,
                LastVersion = number,
                Modified = now,
            });
            return version;
        }
    }

    public IotPolicyVersion GetVersion(string name, string versionId) =>
        Get(name).Versions.SingleOrDefault(v => v.Id == versionId)
            ?? throw RegistryException.NotFound($"Policy version {versionId} not found (name={name})");

    public void SetDefaultVersion(string name, string versionId)
    {
        lock (tables.Gate)
        {
            var version = GetVersion(name, versionId);
            tables.Policies.Put(name, Get(name) with { DefaultVersionId = version.Id, Modified = time.GetUtcNow() });
        }
    }

    public void DeleteVersion(string name, string versionId)
    {
        lock (tables.Gate)
        {
            var version = GetVersion(name, versionId);
            var policy = Get(name);
            if (policy.DefaultVersionId == version.Id)
                throw RegistryException.DeleteConflict($"Cannot delete the default version of a policy (name={name}, version={versionId})");
            tables.Policies.Put(name, policy with { Versions = [.. policy.Versions.Where(v => v.Id != version.Id)] });
        }
    }

    private static void RequireDocument(string document)
    {
        if (document.Count(c => !char.IsWhiteSpace(c)) > MaximumLength)
            throw RegistryException.MalformedPolicy($"The policy document is longer than {MaximumLength} characters, white space not counted.");
        try
        {
            PolicyDocument.Parse(document);
        }
        catch (PolicyFormatException e)
        {
            throw RegistryException.MalformedPolicy($"Policy document is malformed: {e.Message}");
        }
    }
}

internal sealed record IotPolicy(string Name, IReadOnlyList<IotPolicyVersion> Versions, string DefaultVersionId, int LastVersion, DateTimeOffset Created, DateTimeOffset Modified)
{
    public string Arn => CloudAccount.Arn("iot", $"policy/{Name}");

    public IotPolicyVersion Default => Versions.Single(v => v.Id == DefaultVersionId);
}

internal sealed record IotPolicyVersion(string Id, string Document, DateTimeOffset Created);

/// <summary>The documents in scripts/policies, embedded: the testbed starts with what the set-up scripts make on AWS.</summary>
internal static class PolicyFiles
{
    private const string RoleAliasPlaceholder = "@ROLE_ALIAS@";

    /// <summary>A document for this account and several role aliases: a line of a list that names the role alias is there once for each.</summary>
    public static string ReadFor(IReadOnlyList<string> roleAliases, string file) => string.Join('\n', Read(file).Split('\n').SelectMany(line =>
        line.EndsWith(RoleAliasPlaceholder + "\",", StringComparison.Ordinal)
            ? roleAliases.Select(alias => line.Replace(RoleAliasPlaceholder, alias))
            : [line.Replace(RoleAliasPlaceholder, roleAliases[0])]));

    /// <summary>A document for this account; the names between @ signs are replaced.</summary>
    public static string Read(string file, params ReadOnlySpan<(string Placeholder, string Value)> names)
    {
        using var stream = typeof(PolicyFiles).Assembly.GetManifestResourceStream(file) ?? throw new ArgumentException($"There is no scripts/policies/{file}.", nameof(file));
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd().Replace("@PARTITION@", "aws").Replace("@REGION@", CloudAccount.Region).Replace("@ACCOUNT@", CloudAccount.AccountId);
        foreach (var (placeholder, value) in names) text = text.Replace(placeholder, value);
        return text;
    }
}
