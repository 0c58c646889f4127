using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using Microsoft.Data.Sqlite;

namespace DeviceAgent.Rigs.Disks;

/// <summary>What stands in a spool file, read by SQLite alone.</summary>
/// <param name="QuickCheck"><c>ok</c>, or what SQLite finds wrong.</param>
/// <param name="Items">The readings as the items that would be made of them.</param>
internal sealed record SpoolRows(string QuickCheck, IReadOnlyList<Dictionary<string, AttributeValue>> Items)
{
    private const string FileName = "spool.db";

    /// <summary>Reads a copy: opening the file replays its log, and what is on the disk is to stay as it was found. No file yet is an empty spool.</summary>
    public static SpoolRows Read(string stateDirectory)
    {
        if (!File.Exists(Path.Combine(stateDirectory, FileName))) return new SpoolRows("ok", []);
        var copy = Directory.CreateTempSubdirectory("device-agent-spool-");
        try
        {
            foreach (var file in Directory.GetFiles(stateDirectory, $"{FileName}*")) File.Copy(file, Path.Combine(copy.FullName, Path.GetFileName(file)));
            SQLitePCL.Batteries_V2.Init();
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(copy.FullName, FileName), Pooling = false }.ToString());
            connection.Open();
            return new SpoolRows((string)Column(connection, "PRAGMA quick_check").Single(), [.. Payloads(connection).Select(ToItem)]);
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    /// <summary>None when the power failed before the tables were made.</summary>
    private static List<object> Payloads(SqliteConnection connection) =>
        Column(connection, "SELECT name FROM sqlite_master WHERE name = 'readings'").Count == 0 ? [] : Column(connection, "SELECT payload FROM readings ORDER BY seq");

    private static List<object> Column(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var values = new List<object>();
        while (reader.Read()) values.Add(reader.GetValue(0));
        return values;
    }

    private static Dictionary<string, AttributeValue> ToItem(object payload)
    {
        using var reading = JsonDocument.Parse((byte[])payload);
        return reading.RootElement.EnumerateObject().ToDictionary(
            p => p.Name, p => p.Value.ValueKind == JsonValueKind.Number ? new AttributeValue { N = p.Value.GetRawText() } : new AttributeValue(p.Value.GetString()));
    }
}
