namespace DeviceAgent.Testbed.Registry;

internal sealed class ThingTypeRegistry(RegistryTables tables, TimeProvider time)
{
    private const int MaximumSearchableAttributes = 3;
    private const int MaximumDescriptionLength = 2028;

    /// <summary>How long a type stays after its deprecation before it may be deleted.</summary>
    public static readonly TimeSpan DeletionWait = TimeSpan.FromMinutes(5);

    public IReadOnlyList<ThingType> All => tables.ThingTypes.All;

    public ThingType Create(string name, string? description, IReadOnlyList<string> searchableAttributes)
    {
        NameRules.ThingTypeName(name);
        foreach (var attribute in searchableAttributes) NameRules.AttributeName(attribute);
        if (searchableAttributes.Count > MaximumSearchableAttributes)
            throw RegistryException.InvalidRequest($"A thing type has at most {MaximumSearchableAttributes} searchable attributes; got {searchableAttributes.Count}.");
        if (description?.Length > MaximumDescriptionLength)
            throw RegistryException.InvalidRequest($"thingTypeDescription must not be longer than {MaximumDescriptionLength} characters.");

        lock (tables.Gate)
        {
            if (tables.ThingTypes.Find(name) is not { } existing)
                return tables.ThingTypes.Put(name, new ThingType(name, Guid.NewGuid().ToString(), description, searchableAttributes, time.GetUtcNow(), Deprecated: null));
            if (existing.Description == description && existing.SearchableAttributes.SequenceEqual(searchableAttributes)) return existing;
            throw RegistryException.AlreadyExists($"Thing type {name} already exists in account with different properties", existing.Id, existing.Arn);
        }
    }

    public ThingType Get(string name) =>
        tables.ThingTypes.Find(NameRules.ThingTypeName(name)) ?? throw RegistryException.NotFound($"Thing type {name} cannot be found.");

    public void Deprecate(string name, bool undo)
    {
        lock (tables.Gate)
        {
            var type = Get(name);
            if (undo == type.Deprecated is null) return;
            tables.ThingTypes.Put(name, type with { Deprecated = undo ? null : time.GetUtcNow() });
        }
    }

    public void Delete(string name)
    {
        lock (tables.Gate)
        {
            if (Get(name).Deprecated is not { } deprecated)
                throw RegistryException.InvalidRequest($"Cannot delete thing type : {name}. It must be deprecated first.");
            if (time.GetUtcNow() - deprecated < DeletionWait)
                throw RegistryException.InvalidRequest($"Cannot delete thing type : {name}. Please wait for 5 minutes after deprecation and then retry.");
            if (tables.Things.All.Any(t => t.TypeName == name))
                throw RegistryException.InvalidRequest($"Cannot delete thing type : {name}. There are still things of this type.");
            tables.ThingTypes.Delete(name);
        }
    }
}

internal sealed record ThingType(string Name, string Id, string? Description, IReadOnlyList<string> SearchableAttributes, DateTimeOffset Created, DateTimeOffset? Deprecated)
{
    public string Arn => CloudAccount.Arn("iot", $"thingtype/{Name}");
}
