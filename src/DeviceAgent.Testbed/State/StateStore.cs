using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Data.Sqlite;

namespace DeviceAgent.Testbed.State;

/// <summary>
/// Small documents of the cloud side (things, certificates, policies, roles, ...), kept in one SQLite file so that a
/// restarted testbed goes on where it stopped. <c>kind</c> names the sort of document, <c>id</c> is unique in its kind.
/// </summary>
internal sealed class StateStore : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;

    public StateStore(string path)
    {
        SQLitePCL.Batteries_V2.Init();
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        _connection.Open();
        Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;");
        Execute("CREATE TABLE IF NOT EXISTS documents (kind TEXT NOT NULL, id TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID");
    }

    public T? Get<T>(string kind, string id, JsonTypeInfo<T> type) where T : class
    {
        lock (_gate)
        {
            using var command = Command("SELECT json FROM documents WHERE kind = $kind AND id = $id", kind, id);
            return command.ExecuteScalar() is string json ? JsonSerializer.Deserialize(json, type) : null;
        }
    }

    /// <summary>All documents of a kind, or those whose ids begin with <paramref name="prefix"/>, ordered by id.</summary>
    public IReadOnlyList<T> List<T>(string kind, JsonTypeInfo<T> type, string prefix = "") where T : class
    {
        lock (_gate)
        {
            // No character comes behind the last one.
            using var command = Command("SELECT json FROM documents WHERE kind = $kind AND id >= $prefix AND id < $prefix || char(0x10FFFF) ORDER BY id", kind);
            command.Parameters.AddWithValue("$prefix", prefix);
            using var reader = command.ExecuteReader();
            var documents = new List<T>();
            while (reader.Read()) documents.Add(JsonSerializer.Deserialize(reader.GetString(0), type)!);
            return documents;
        }
    }

    public void Put<T>(string kind, string id, T document, JsonTypeInfo<T> type) where T : class
    {
        lock (_gate)
        {
            using var command = Command("INSERT INTO documents (kind, id, json) VALUES ($kind, $id, $json) ON CONFLICT DO UPDATE SET json = $json", kind, id);
            command.Parameters.AddWithValue("$json", JsonSerializer.Serialize(document, type));
            command.ExecuteNonQuery();
        }
    }

    public bool Delete(string kind, string id)
    {
        lock (_gate)
        {
            using var command = Command("DELETE FROM documents WHERE kind = $kind AND id = $id", kind, id);
            return command.ExecuteNonQuery() > 0;
        }
    }

    public void Dispose()
    {
        lock (_gate) _connection.Dispose();
    }

    private SqliteCommand Command(string sql, string kind, string? id = null)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$kind", kind);
        if (id is not null) command.Parameters.AddWithValue("$id", id);
        return command;
    }

    private void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
