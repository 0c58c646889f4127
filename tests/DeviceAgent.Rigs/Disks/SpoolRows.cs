using System.IO.Compression;
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
    private static List<byte[]> Payloads(SqliteConnection connection) =>
        Column(connection, "SELECT name FROM sqlite_master WHERE name = 'blocks'").Count == 0
            ? []
            : [.. Column(connection, "SELECT readings FROM blocks ORDER BY seq").SelectMany(b => Payloads((byte[])b))];

    /// <summary>As docs/durability.md describes a block, by other code than the agent's.</summary>
    private static IEnumerable<byte[]> Payloads(byte[] block)
    {
        using var stored = new BinaryReader(new MemoryStream(block, 4, block.Length - 4));
        var isPacked = stored.ReadByte() == 1;
        var content = new byte[stored.Read7BitEncodedInt64()];
        using (var source = isPacked ? new BrotliStream(stored.BaseStream, CompressionMode.Decompress) : stored.BaseStream) source.ReadExactly(content);
        using var reader = new BinaryReader(new MemoryStream(content));
        var lengths = new int[reader.Read7BitEncodedInt64()];
        _ = reader.ReadString();
        for (var i = 0; i < lengths.Length; i++)
        {
            _ = reader.Read7BitEncodedInt64();
            var flags = reader.ReadByte();
            for (var skipped = 1 + (flags & 1) + (flags >> 1); skipped > 0; skipped--) _ = reader.Read7BitEncodedInt64();
            lengths[i] = reader.Read7BitEncodedInt();
        }

        return [.. lengths.Select(reader.ReadBytes)];
    }

    private static List<object> Column(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var values = new List<object>();
        while (reader.Read()) values.Add(reader.GetValue(0));
        return values;
    }

    private static Dictionary<string, AttributeValue> ToItem(byte[] payload)
    {
        using var reading = JsonDocument.Parse(payload);
        return reading.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ValueKind switch
        {
            JsonValueKind.Number => new AttributeValue { N = p.Value.GetRawText() },
            JsonValueKind.True or JsonValueKind.False => new AttributeValue { BOOL = p.Value.GetBoolean() },
            _ => new AttributeValue(p.Value.GetString()),
        });
    }
}
