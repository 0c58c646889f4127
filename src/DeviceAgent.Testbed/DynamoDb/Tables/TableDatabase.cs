using Microsoft.Data.Sqlite;

namespace DeviceAgent.Testbed.DynamoDb.Tables;

/// <summary>The SQLite file with all tables: one connection, used under one lock.</summary>
internal sealed class TableDatabase : IDisposable
{
    private const string Schema = """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = NORMAL;
        CREATE TABLE IF NOT EXISTS tables (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            definition TEXT NOT NULL,
            item_count INTEGER NOT NULL DEFAULT 0,
            size_bytes INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE IF NOT EXISTS items (
            id INTEGER PRIMARY KEY,
            table_id INTEGER NOT NULL,
            partition_key BLOB NOT NULL,
            sort_key BLOB NOT NULL,
            size INTEGER NOT NULL,
            json BLOB NOT NULL,
            UNIQUE (table_id, partition_key, sort_key));
        """;

    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;

    public TableDatabase(string path)
    {
        SQLitePCL.Batteries_V2.Init();
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        _connection.Open();
        using var command = Command(Schema);
        command.ExecuteNonQuery();
    }

    /// <summary>Does a piece of work alone and as a whole: an exception undoes it.</summary>
    public T Atomically<T>(Func<T> work)
    {
        lock (_gate)
        {
            using var transaction = _connection.BeginTransaction(deferred: true);
            var result = work();
            transaction.Commit();
            return result;
        }
    }

    /// <summary>Only inside <see cref="Atomically"/>.</summary>
    public SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }

    public void Dispose()
    {
        lock (_gate) _connection.Dispose();
    }
}
