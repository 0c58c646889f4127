using System.Text;
using DeviceAgent.Testbed.DynamoDb.Expressions;
using DeviceAgent.Testbed.DynamoDb.Values;
using DeviceAgent.Testbed.DynamoDb.Wire;
using Microsoft.Data.Sqlite;

namespace DeviceAgent.Testbed.DynamoDb.Tables;

/// <summary>The rows that are items.</summary>
internal sealed class ItemRows(TableDatabase database, TableRows tables)
{
    private const string OneItem = "table_id = $table AND partition_key = $partition AND sort_key = $sort";

    public StoredItem? Find(Table table, ItemKey key)
    {
        using var command = database.Command($"SELECT json, size FROM items WHERE {OneItem}", Parameters(table, key));
        using var reader = command.ExecuteReader();
        return reader.Read() ? Read(reader) : null;
    }

    /// <summary>Puts an item in the place of <paramref name="old"/>, which is what lies there now.</summary>
    public void Put(Table table, ItemKey key, StoredItem item, StoredItem? old)
    {
        using var command = database.Command("""
            INSERT INTO items (table_id, partition_key, sort_key, size, json) VALUES ($table, $partition, $sort, $size, $json)
            ON CONFLICT (table_id, partition_key, sort_key) DO UPDATE SET size = $size, json = $json
            """, Parameters(table, key));
        command.Parameters.AddWithValue("$size", item.Size);
        command.Parameters.AddWithValue("$json", WireJson.Write(writer => AttributeWriter.WriteMembers(writer, item.Attributes)));
        command.ExecuteNonQuery();
        tables.Count(table, old is null ? 1 : 0, item.Size - (old?.Size ?? 0));
    }

    public void Delete(Table table, ItemKey key, StoredItem old)
    {
        using var command = database.Command($"DELETE FROM items WHERE {OneItem}", Parameters(table, key));
        command.ExecuteNonQuery();
        tables.Count(table, -1, -old.Size);
    }

    public void DeleteAll(Table table)
    {
        using var command = database.Command("DELETE FROM items WHERE table_id = $table", ("$table", table.RowId));
        command.ExecuteNonQuery();
    }

    /// <summary>Reads lazily: enumerate it inside the transaction.</summary>
    public IEnumerable<StoredItem> Read(Table table, ItemRange range)
    {
        using var command = database.Command("", ("$table", table.RowId));
        var sql = new StringBuilder("SELECT json, size FROM items WHERE table_id = $table");
        Add("partition_key = $partition", "$partition", range.Partition);
        Add("partition_key >= $first", "$first", range.FirstPartition);
        Add("partition_key < $end", "$end", range.EndPartition);
        Add(range.Sort?.LowIncluded == true ? "sort_key >= $low" : "sort_key > $low", "$low", range.Sort?.Low);
        Add(range.Sort?.HighIncluded == true ? "sort_key <= $high" : "sort_key < $high", "$high", range.Sort?.High);
        Add($"(partition_key, sort_key) {(range.Descending ? '<' : '>')} ($afterPartition, $afterSort)", "$afterPartition", range.After?.Partition);
        if (range.After is { } after) command.Parameters.AddWithValue("$afterSort", after.Sort);

        var direction = range.Descending ? "DESC" : "ASC";
        command.CommandText = sql.Append($" ORDER BY partition_key {direction}, sort_key {direction}").ToString();
        using var reader = command.ExecuteReader();
        while (reader.Read()) yield return Read(reader);

        void Add(string condition, string name, byte[]? bound)
        {
            if (bound is null) return;
            sql.Append(" AND ").Append(condition);
            command.Parameters.AddWithValue(name, bound);
        }
    }

    private static (string, object?)[] Parameters(Table table, ItemKey key) =>
        [("$table", table.RowId), ("$partition", key.Partition), ("$sort", key.Sort)];

    private static StoredItem Read(SqliteDataReader reader)
    {
        using var json = WireJson.Parse(reader.GetFieldValue<byte[]>(0));
        return new StoredItem(AttributeReader.ReadAll(json.RootElement.AsMap("AttributeValue")), reader.GetInt32(1));
    }
}

/// <summary>A range of a table, in the order of partition and sort key.</summary>
internal sealed record ItemRange
{
    /// <summary>Only this partition.</summary>
    public byte[]? Partition { get; init; }

    /// <summary>The first partition of a segment, by its hash.</summary>
    public byte[]? FirstPartition { get; init; }

    /// <summary>The first partition behind a segment.</summary>
    public byte[]? EndPartition { get; init; }

    public KeyRange? Sort { get; init; }

    /// <summary>Begin behind this item, which need not exist.</summary>
    public ItemKey? After { get; init; }

    public bool Descending { get; init; }
}

/// <param name="Attributes">The item.</param>
/// <param name="Size">Its size in bytes (see <see cref="AttributeSize"/>).</param>
internal sealed record StoredItem(IReadOnlyDictionary<string, AttributeValue> Attributes, int Size);
