namespace DeviceAgent.Testbed.DynamoDb.Tables;

/// <summary>The tables and their life cycle: CREATING, ACTIVE, DELETING, gone. No timers: the state is computed when asked for.</summary>
internal sealed class TableCatalog(TableRows rows, ItemRows items, DynamoDbEngineOptions options, TimeProvider time)
{
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>A table for a data operation.</summary>
    public Table Active(string name) =>
        Find(name) is { } table && Status(table.Definition) == TableStatus.ACTIVE ? table : throw DynamoDbException.TableNotFound();

    /// <summary>A table for a control operation, in whatever state.</summary>
    public Table Existing(string name) => Find(name) ?? throw DynamoDbException.TableNotFound(name);

    public Table? Find(string name)
    {
        if (rows.Find(name) is not { } table) return null;
        if (!IsGone(table.Definition)) return table;
        rows.Delete(table);
        return null;
    }

    /// <summary>Ordered by name.</summary>
    public IEnumerable<string> Names() => rows.List().Where(t => !IsGone(t.Definition)).Select(t => t.Definition.Name);

    public Table Create(TableDefinition definition)
    {
        if (Find(definition.Name) is not null) throw DynamoDbException.InUse($"Table already exists: {definition.Name}");
        rows.Insert(definition);
        return Existing(definition.Name);
    }

    public Table Update(Table table, TableDefinition definition)
    {
        rows.Update(table, definition);
        return table with { Definition = definition };
    }

    public Table Delete(Table table)
    {
        items.DeleteAll(table);
        rows.Count(table, -(int)table.ItemCount, -table.SizeBytes);
        return Update(table, table.Definition with { DeletedAt = Now });
    }

    public TableStatus Status(TableDefinition table) =>
        table.DeletedAt is not null ? TableStatus.DELETING
        : IsWithin(options.CreatingTime, table.CreatedAt) ? TableStatus.CREATING
        : TableStatus.ACTIVE;

    private bool IsGone(TableDefinition table) => table.DeletedAt is { } deleted && !IsWithin(options.DeletingTime, deleted);

    // A clock that was set back must not hold a table in a passing state.
    private bool IsWithin(TimeSpan span, DateTimeOffset since) => Now >= since && Now - since < span;
}
