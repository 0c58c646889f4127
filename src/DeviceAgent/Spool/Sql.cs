using Microsoft.Data.Sqlite;

namespace DeviceAgent.Spool;

/// <summary>Short forms.</summary>
internal static class Sql
{
    public static SqliteCommand Prepare(this SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Bind(values);
        return command;
    }

    public static SqliteCommand Bind(this SqliteCommand command, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        foreach (var (name, value) in values)
        {
            if (command.Parameters.Contains(name)) command.Parameters[name].Value = value ?? DBNull.Value;
            else command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }

    public static int Execute(this SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = connection.Prepare(sql, values);
        return command.ExecuteNonQuery();
    }

    /// <summary>A whole number; null when there is no row, or something else in it.</summary>
    public static long? Number(this SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = connection.Prepare(sql, values);
        return command.ExecuteScalar() is long value ? value : null;
    }

    /// <summary>One transaction; on the medium when this returns.</summary>
    public static void Transact(this SqliteConnection connection, Action work)
    {
        connection.Execute("BEGIN IMMEDIATE");
        try
        {
            work();
            connection.Execute("COMMIT");
        }
        catch
        {
            RollBack(connection);
            throw;
        }
    }

    private static void RollBack(SqliteConnection connection)
    {
        try
        {
            // SQLite has rolled back by itself after some errors.
            if (SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle!) == 0) connection.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // The error that led here is the one to tell.
        }
    }
}
