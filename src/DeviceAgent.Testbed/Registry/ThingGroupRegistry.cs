namespace DeviceAgent.Testbed.Registry;

/// <summary>Groups of things, in trees. A group's things are its own and, where asked for, those of the groups below it.</summary>
internal sealed class ThingGroupRegistry(RegistryTables tables, TimeProvider time)
{
    private const int MaximumDepth = 7;
    private const int MaximumChildren = 100;
    private const int MaximumAttributes = 50;
    private const int MaximumDescriptionLength = 2028;
    private const int GroupsPerThing = 10;

    public IReadOnlyList<ThingGroup> All => tables.ThingGroups.All;

    /// <summary>Creating the same group again succeeds; creating a different one with its name fails.</summary>
    public ThingGroup Create(string name, string? parentName, string? description, IReadOnlyDictionary<string, string> attributes)
    {
        NameRules.ThingGroupName(name);
        RequireProperties(description, attributes);
        lock (tables.Gate)
        {
            if (tables.ThingGroups.Find(name) is { } existing)
            {
                if (existing.ParentName == parentName && existing.Description == description && ThingAttributes.Same(existing.Attributes, attributes)) return existing;
                throw RegistryException.AlreadyExists($"Thing group {name} already exists in account with different properties", existing.Id, existing.Arn);
            }

            if (parentName is not null) RequireRoomBelow(Get(parentName));
            return tables.ThingGroups.Put(
                name, new ThingGroup(name, Guid.NewGuid().ToString(), parentName, description, ThingAttributes.WithoutEmpty(attributes), time.GetUtcNow(), Version: 1));
        }
    }

    public ThingGroup Get(string name) =>
        tables.ThingGroups.Find(NameRules.ThingGroupName(name)) ?? throw RegistryException.NotFound($"Thing group {name} cannot be found.");

    /// <summary>From the root of the tree down to the group's parent.</summary>
    public IReadOnlyList<ThingGroup> Ancestors(ThingGroup group)
    {
        var ancestors = new List<ThingGroup>();
        for (var parent = group.ParentName; parent is not null; parent = ancestors[0].ParentName) ancestors.Insert(0, Get(parent));
        return ancestors;
    }

    /// <param name="name">Which group.</param>
    /// <param name="description">A new description; null leaves the old one.</param>
    /// <param name="attributes">New attributes; null leaves the old ones; an empty value removes the attribute.</param>
    /// <param name="merge">Keep attributes that are not named.</param>
    /// <param name="expectedVersion">Change nothing unless the group has this version.</param>
    public ThingGroup Update(string name, string? description, IReadOnlyDictionary<string, string>? attributes, bool merge, long? expectedVersion)
    {
        lock (tables.Gate)
        {
            var group = Get(name);
            RequireVersion(group, expectedVersion);
            var changed = group with
            {
                Description = description ?? group.Description,
                Attributes = attributes is null ? group.Attributes : ThingAttributes.WithoutEmpty(merge ? group.Attributes.Concat(attributes) : attributes),
                Version = group.Version + 1,
            };
            RequireProperties(changed.Description, changed.Attributes);
            return tables.ThingGroups.Put(name, changed);
        }
    }

    /// <summary>Deleting a group that is not there changes nothing. Its things stay, without it.</summary>
    public void Delete(string name, long? expectedVersion)
    {
        lock (tables.Gate)
        {
            if (tables.ThingGroups.Find(NameRules.ThingGroupName(name)) is not { } group) return;
            RequireVersion(group, expectedVersion);
            if (All.Any(g => g.ParentName == name)) throw RegistryException.InvalidRequest($"Cannot delete thing group : {name} when there are still child groups attached to it");
            foreach (var member in tables.ThingGroupMembers.All.Where(m => m.GroupName == name)) tables.ThingGroupMembers.Delete(member.Id);
            tables.ThingGroups.Delete(name);
        }
    }

    public void Add(string groupName, string thingName)
    {
        lock (tables.Gate)
        {
            Get(groupName);
            RequireThing(thingName);
            var groups = GroupsOf(thingName);
            if (groups.Any(g => g.Name == groupName)) return;
            if (groups.Count >= GroupsPerThing) throw RegistryException.InvalidRequest($"A thing is in at most {GroupsPerThing} groups; {thingName} is in that many.");
            var member = new ThingGroupMember(groupName, thingName);
            tables.ThingGroupMembers.Put(member.Id, member);
        }
    }

    /// <summary>Removing a thing that is not in the group changes nothing.</summary>
    public void Remove(string groupName, string thingName)
    {
        lock (tables.Gate)
        {
            Get(groupName);
            RequireThing(thingName);
            tables.ThingGroupMembers.Delete(ThingGroupMember.IdOf(groupName, thingName));
        }
    }

    public IReadOnlyList<ThingGroup> GroupsOf(string thingName)
    {
        lock (tables.Gate)
        {
            RequireThing(thingName);
            return [.. tables.ThingGroupMembers.All.Where(m => m.ThingName == thingName).Select(m => tables.ThingGroups.Find(m.GroupName)).OfType<ThingGroup>()];
        }
    }

    /// <summary>Names, in order.</summary>
    public IReadOnlyList<string> ThingsIn(string groupName, bool recursive)
    {
        lock (tables.Gate)
        {
            var groups = recursive ? [groupName, .. Below(Get(groupName).Name, recursive: true).Select(g => g.Name)] : new HashSet<string> { Get(groupName).Name };
            return [.. tables.ThingGroupMembers.All.Where(m => groups.Contains(m.GroupName)).Select(m => m.ThingName).Distinct().Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>The things of the group and of those below it; none when there is no such group (any more).</summary>
    public IReadOnlyList<string> Members(string groupName)
    {
        lock (tables.Gate) return tables.ThingGroups.Find(groupName) is null ? [] : ThingsIn(groupName, recursive: true);
    }

    /// <param name="parentName">Whose children; null: the groups without a parent.</param>
    /// <param name="recursive">Their children too, and so on.</param>
    public IReadOnlyList<ThingGroup> Below(string? parentName, bool recursive)
    {
        if (parentName is not null) Get(parentName);
        var children = All.ToLookup(g => g.ParentName);
        return [.. Under(parentName)];

        IEnumerable<ThingGroup> Under(string? name) => children[name].SelectMany(child => recursive ? Under(child.Name).Prepend(child) : [child]);
    }

    private void RequireRoomBelow(ThingGroup parent)
    {
        if (Ancestors(parent).Count + 2 > MaximumDepth) throw RegistryException.InvalidRequest($"Thing groups are nested at most {MaximumDepth} deep.");
        if (Below(parent.Name, recursive: false).Count >= MaximumChildren)
            throw RegistryException.InvalidRequest($"A thing group has at most {MaximumChildren} child groups; {parent.Name} has that many.");
    }

    private void RequireThing(string name)
    {
        if (tables.Things.Find(NameRules.ThingName(name)) is null) throw RegistryException.NotFound($"Thing {name} cannot be found.");
    }

    private static void RequireVersion(ThingGroup group, long? expected)
    {
        if (expected is { } version && version != group.Version)
            throw RegistryException.VersionConflict($"The version for thing group {group.Name} does not match the expected version. Expected {version}, it is {group.Version}.");
    }

    private static void RequireProperties(string? description, IReadOnlyDictionary<string, string> attributes)
    {
        if (description?.Length > MaximumDescriptionLength)
            throw RegistryException.InvalidRequest($"thingGroupDescription must not be longer than {MaximumDescriptionLength} characters.");
        ThingAttributes.RequireGood(attributes);
        if (attributes.Count > MaximumAttributes) throw RegistryException.InvalidRequest($"A thing group has at most {MaximumAttributes} attributes; got {attributes.Count}.");
    }
}

/// <summary>A static thing group: things belong to it because an operator put them there.</summary>
internal sealed record ThingGroup(
    string Name, string Id, string? ParentName, string? Description, IReadOnlyDictionary<string, string> Attributes, DateTimeOffset Created, long Version)
{
    public string Arn => ArnOf(Name);

    public static string ArnOf(string name) => CloudAccount.Arn("iot", $"thinggroup/{name}");
}

/// <summary>A thing in a group.</summary>
internal sealed record ThingGroupMember(string GroupName, string ThingName)
{
    public string Id => IdOf(GroupName, ThingName);

    public static string IdOf(string groupName, string thingName) => $"{groupName}/{thingName}";
}
