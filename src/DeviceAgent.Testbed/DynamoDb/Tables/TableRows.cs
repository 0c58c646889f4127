using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;

namespace DeviceAgent.Testbed.DynamoDb.Tables;

/// <summary>The rows that describe tables.</summary>
internal sealed class TableRows(TableDatabase database)
{
    private const string Columns = "SELECT id, definition, item_count, size_bytes FROM tables";

    public Table? Find(string name)
    {
        using var command = database.Command($"{Columns} WHERE name = $name", ("$name", name));
        using var reader = command.ExecuteReader();
        return reader.Read() ? Read(reader) : null;
    }

    /// <summary>All tables, ordered by name.</summary>
    public IReadOnlyList<Table> List()
    {
        using var command = database.Command($"{Columns} ORDER BY name");
        using var reader = command.ExecuteReader();
        var tables = new List<Table>();
        while (reader.Read()) tables.Add(Read(reader));
        return tables;
    }

    public void Insert(TableDefinition definition)
    {
        using var command = database.Command("INSERT INTO tables (name, definition) VALUES ($name, $definition)",
            ("$name", definition.Name), ("$definition", Serialize(definition)));
        command.ExecuteNonQuery();
    }

    public void Update(Table table, TableDefinition definition)
    {
        using var command = database.Command("UPDATE tables SET definition = $definition WHERE id = $id",
            ("$id", table.RowId), ("$definition", Serialize(definition)));
        command.ExecuteNonQuery();
    }

    public void Delete(Table table)
    {
        using var command = database.Command("DELETE FROM tables WHERE id = $id", ("$id", table.RowId));
        command.ExecuteNonQuery();
    }

    /// <summary>How many items each table has, by its name. Looks at no item.</summary>
    public IReadOnlyDictionary<string, long> ItemCounts()
    {
        using var command = database.Command("SELECT name, item_count FROM tables");
        using var reader = command.ExecuteReader();
        var counts = new Dictionary<string, long>();
        while (reader.Read()) counts[reader.GetString(0)] = reader.GetInt64(1);
        return counts;
    }

    /// <summary>Keeps the live counts, in the transaction of the write that changes them.</summary>
    public void Count(Table table, int items, long bytes)
    {
        using var command = database.Command("UPDATE tables SET item_count = item_count + $items, size_bytes = size_bytes + $bytes WHERE id = $id",
            ("$id", table.RowId), ("$items", items), ("$bytes", bytes));
        command.ExecuteNonQuery();
    }

    private static string Serialize(TableDefinition definition) => JsonSerializer.Serialize(definition, TableJsonContext.Default.TableDefinition);

    private static Table Read(SqliteDataReader reader)
    {
        var definition = JsonSerializer.Deserialize(reader.GetString(1), TableJsonContext.Default.TableDefinition)!;
        return new Table(reader.GetInt64(0), definition, reader.GetInt64(2), reader.GetInt64(3));
    }
}

[JsonSourceGenerationOptions(IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(TableDefinition))]
internal sealed partial class TableJsonContext : JsonSerializerContext;
