namespace DeviceAgent.Testbed.Registry;

internal sealed class ThingRegistry(RegistryTables tables)
{
    private const int AttributesWithoutType = 3;
    private const int AttributesWithType = 50;

    public IReadOnlyList<Thing> All => tables.Things.All;

    /// <summary>Creating the same thing again succeeds; creating a different one with its name fails.</summary>
    public Thing Create(string name, string? typeName, IReadOnlyDictionary<string, string> attributes)
    {
        NameRules.ThingName(name);
        lock (tables.Gate)
        {
            if (tables.Things.Find(name) is { } existing)
            {
                if (existing.TypeName == typeName && ThingAttributes.Same(existing.Attributes, attributes)) return existing;
                throw RegistryException.AlreadyExists($"Thing {name} already exists in account with different attributes", existing.Id, existing.Arn);
            }

            RequireUsableType(typeName);
            var kept = ThingAttributes.WithoutEmpty(attributes);
            RequireAttributes(kept, typeName);
            return tables.Things.Put(name, new Thing(name, Guid.NewGuid().ToString(), typeName, kept, Version: 1));
        }
    }

    public Thing Get(string name) =>
        tables.Things.Find(NameRules.ThingName(name)) ?? throw RegistryException.NotFound($"Thing {name} cannot be found.");

    /// <param name="name">Which thing.</param>
    /// <param name="typeName">A new type; null leaves the old one.</param>
    /// <param name="removeType">Take the type away.</param>
    /// <param name="attributes">New attributes; null leaves the old ones; an empty value removes the attribute.</param>
    /// <param name="merge">Keep attributes that are not named.</param>
    /// <param name="expectedVersion">Change nothing unless the thing has this version.</param>
    public Thing Update(string name, string? typeName, bool removeType, IReadOnlyDictionary<string, string>? attributes, bool merge, long? expectedVersion)
    {
        if (typeName is not null && removeType)
            throw RegistryException.InvalidRequest("thingTypeName and removeThingType cannot be given together.");
        lock (tables.Gate)
        {
            var thing = Get(name);
            RequireVersion(thing, expectedVersion);
            if (typeName is not null && typeName != thing.TypeName) RequireUsableType(typeName);

            var newType = removeType ? null : typeName ?? thing.TypeName;
            var newAttributes = attributes is null ? thing.Attributes : ThingAttributes.WithoutEmpty(merge ? thing.Attributes.Concat(attributes) : attributes);
            RequireAttributes(newAttributes, newType);
            return tables.Things.Put(name, thing with { TypeName = newType, Attributes = newAttributes, Version = thing.Version + 1 });
        }
    }

    public void Delete(string name, long? expectedVersion)
    {
        lock (tables.Gate)
        {
            RequireVersion(Get(name), expectedVersion);
            if (tables.ThingAttachments.All.Any(a => a.ThingName == name))
                throw RegistryException.InvalidRequest($"Cannot delete, thing {name} is still attached to one or more principals");
            foreach (var member in tables.ThingGroupMembers.All.Where(m => m.ThingName == name)) tables.ThingGroupMembers.Delete(member.Id);
            tables.Things.Delete(name);
        }
    }

    private void RequireUsableType(string? typeName)
    {
        if (typeName is null) return;
        var type = tables.ThingTypes.Find(NameRules.ThingTypeName(typeName)) ?? throw RegistryException.NotFound($"Thing type {typeName} cannot be found.");
        if (type.Deprecated is not null) throw RegistryException.InvalidRequest($"Cannot associate a thing with deprecated thing type: {typeName}");
    }

    private static void RequireAttributes(IReadOnlyDictionary<string, string> attributes, string? typeName)
    {
        ThingAttributes.RequireGood(attributes);
        var limit = typeName is null ? AttributesWithoutType : AttributesWithType;
        if (attributes.Count > limit)
            throw RegistryException.InvalidRequest($"A thing {(typeName is null ? "without" : "with")} a type has at most {limit} attributes; got {attributes.Count}.");
    }

    private static void RequireVersion(Thing thing, long? expected)
    {
        if (expected is { } version && version != thing.Version)
            throw RegistryException.VersionConflict($"The version for thing {thing.Name} does not match the expected version. Expected {version}, it is {thing.Version}.");
    }
}

internal sealed record Thing(string Name, string Id, string? TypeName, IReadOnlyDictionary<string, string> Attributes, long Version)
{
    public string Arn => ArnOf(Name);

    public static string ArnOf(string name) => CloudAccount.Arn("iot", $"thing/{name}");
}

/// <summary>The attributes of a thing or a group: a name without a value is no attribute.</summary>
internal static class ThingAttributes
{
    /// <summary>The last value of a name counts.</summary>
    public static SortedDictionary<string, string> WithoutEmpty(IEnumerable<KeyValuePair<string, string>> attributes)
    {
        var result = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in attributes)
        {
            if (value.Length == 0) result.Remove(key);
            else result[key] = value;
        }

        return result;
    }

    public static bool Same(IReadOnlyDictionary<string, string> a, IReadOnlyDictionary<string, string> b) =>
        a.Count == b.Count && a.All(pair => b.TryGetValue(pair.Key, out var value) && value == pair.Value);

    public static void RequireGood(IReadOnlyDictionary<string, string> attributes)
    {
        foreach (var (key, value) in attributes)
        {
            NameRules.AttributeName(key);
            NameRules.AttributeValue(value);
        }
    }
}

/// <summary>What AWS IoT policies may ask about the thing behind a connection.</summary>
internal static class ThingVariables
{
    private const string Prefix = "iot:Connection.Thing.";

    public static Dictionary<string, IReadOnlyList<string>> Of(Thing thing, bool attached)
    {
        var variables = new Dictionary<string, IReadOnlyList<string>>
        {
            [Prefix + "ThingName"] = [thing.Name],
            [Prefix + "IsAttached"] = [attached ? "true" : "false"],
        };
        if (thing.TypeName is { } type) variables[Prefix + "ThingTypeName"] = [type];
        foreach (var (name, value) in thing.Attributes) variables[$"{Prefix}Attributes[{name}]"] = [value];
        return variables;
    }
}
