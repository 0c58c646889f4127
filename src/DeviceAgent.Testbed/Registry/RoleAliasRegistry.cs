namespace DeviceAgent.Testbed.Registry;

/// <summary>Names under which devices ask for a role.</summary>
internal sealed class RoleAliasRegistry(RegistryTables tables, RegistryOptions options, TimeProvider time)
{
    private const int MaximumAliases = 100;

    public IReadOnlyList<RoleAlias> All => tables.RoleAliases.All;

    public RoleAlias Create(string name, string roleArn, int? durationSeconds)
    {
        NameRules.RoleAlias(name);
        NameRules.RoleArn(roleArn);
        var duration = Duration(durationSeconds ?? RegistryOptions.DefaultCredentialDurationSeconds);
        lock (tables.Gate)
        {
            if (tables.RoleAliases.Find(name) is { } existing)
                throw RegistryException.AlreadyExists($"RoleAlias cannot be created - already exists (name={name})", existing.Name, existing.Arn);
            if (tables.RoleAliases.All.Count >= MaximumAliases)
                throw RegistryException.LimitExceeded($"The account has the maximum number of role aliases ({MaximumAliases})");
            var now = time.GetUtcNow();
            return tables.RoleAliases.Put(name, new RoleAlias(name, roleArn, duration, now, now));
        }
    }

    public RoleAlias Get(string name) =>
        tables.RoleAliases.Find(NameRules.RoleAlias(name)) ?? throw RegistryException.NotFound($"RoleAlias {name} does not exist");

    /// <summary>Null leaves a setting as it is.</summary>
    public RoleAlias Update(string name, string? roleArn, int? durationSeconds)
    {
        if (roleArn is not null) NameRules.RoleArn(roleArn);
        lock (tables.Gate)
        {
            var old = Get(name);
            return tables.RoleAliases.Put(name, old with
            {
                RoleArn = roleArn ?? old.RoleArn,
                CredentialDurationSeconds = durationSeconds is { } seconds ? Duration(seconds) : old.CredentialDurationSeconds,
                Modified = time.GetUtcNow(),
            });
        }
    }

    public void Delete(string name)
    {
        lock (tables.Gate) tables.RoleAliases.Delete(Get(name).Name);
    }

    private int Duration(int seconds)
    {
        var minimum = options.MinimumCredentialDurationSeconds;
        if (seconds < minimum || seconds > RegistryOptions.MaximumCredentialDurationSeconds)
        {
            throw RegistryException.InvalidRequest(
                $"1 validation error detected: Value '{seconds}' at 'credentialDurationSeconds' failed to satisfy constraint: " +
                $"Member must have value between {minimum} and {RegistryOptions.MaximumCredentialDurationSeconds}");
        }

        return seconds;
    }
}

internal sealed record RoleAlias(string Name, string RoleArn, int CredentialDurationSeconds, DateTimeOffset Created, DateTimeOffset Modified)
{
    public string Arn => ArnOf(Name);

    public static string ArnOf(string name) => CloudAccount.Arn("iot", $"rolealias/{name}");
}
