namespace DeviceAgent.Testbed.Iam.Entities;

/// <summary>The users of the account. <c>operator</c> exists from the start and cannot be deleted.</summary>
internal sealed class UserDirectory
{
    public const string OperatorName = "operator";
    public const string OperatorId = "AIDAOPERATOR00000001";

    private readonly IamTables _tables;
    private readonly TimeProvider _time;

    public UserDirectory(IamTables tables, TimeProvider time)
    {
        (_tables, _time) = (tables, time);
        lock (tables.Gate)
        {
            if (tables.Users.Find(OperatorName) is null) Store(New(OperatorName, "/", OperatorId, []));
        }
    }

    public IReadOnlyList<UserRecord> All => _tables.Users.All;

    public UserRecord? Find(string name) => _tables.Users.Find(name);

    public UserRecord Get(string name) => Find(name) ?? throw IamException.NoSuchEntity($"The user with name {name} cannot be found.");

    public UserRecord Create(string name, string path = "/", IReadOnlyList<Tag>? tags = null)
    {
        Checks.Name("userName", name, Checks.UserNameLength);
        Checks.Path(path);
        Checks.Tags(tags ?? []);
        lock (_tables.Gate)
        {
            if (All.Any(user => user.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
                throw IamException.EntityAlreadyExists($"User with name {name} already exists.");
            return Store(New(name, path, UniqueId.User(), tags ?? []));
        }
    }

    public void Delete(string name)
    {
        lock (_tables.Gate)
        {
            var user = Get(name);
            if (user.AttachedPolicies.Count > 0) throw IamException.DeleteConflict("Cannot delete entity, must detach all policies first.");
            if (name == OperatorName) throw IamException.DeleteConflict("Cannot delete entity, must delete access keys first.");
            _tables.Users.Delete(name);
        }
    }

    public void Attach(string name, string policyArn) => Change(name, user => user with
    {
        AttachedPolicies = Attachments.With(user.AttachedPolicies, _tables.Policies.Find(policyArn), policyArn, "PoliciesPerUser"),
    });

    public void Detach(string name, string policyArn) => Change(name, user => user with
    {
        AttachedPolicies = Attachments.Without(user.AttachedPolicies, policyArn),
    });

    private UserRecord New(string name, string path, string id, IReadOnlyList<Tag> tags) =>
        new(name, path, id, _time.GetUtcNow(), tags, AttachedPolicies: []);

    private void Change(string name, Func<UserRecord, UserRecord> change)
    {
        lock (_tables.Gate) Store(change(Get(name)));
    }

    private UserRecord Store(UserRecord user)
    {
        _tables.Users.Put(user.Name, user);
        return user;
    }
}

/// <summary>A user as it is stored; attached policies by ARN.</summary>
internal sealed record UserRecord(
    string Name,
    string Path,
    string UserId,
    DateTimeOffset CreateDate,
    IReadOnlyList<Tag> Tags,
    IReadOnlyList<string> AttachedPolicies)
{
    public string Arn => CloudAccount.GlobalArn("iam", $"user{Path}{Name}");
}
