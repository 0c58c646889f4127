using DeviceAgent.Credentials.Text;
using DeviceAgent.Storage;
using Microsoft.Data.Sqlite;

namespace DeviceAgent.Spool;

/// <summary>Opens the one connection, and puts SQLite's errors into words that help.</summary>
internal static class SpoolConnection
{
    /// <summary>What the names of SQLite's files beside the spool's end in.</summary>
    public static readonly string[] Companions = ["-wal", "-shm", "-journal"];

    public static string LogOf(string path) => path + Companions[0];

    public const int Busy = 5;
    private const int ReadOnly = 8;
    private const int IoError = 10;
    private const int WriteFailed = 778;
    private const int Corrupt = 11;
    public const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    public static SqliteConnection Open(string path)
    {
        SQLitePCL.Batteries_V2.Init();
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        SpoolVerdict.OfFolder(path);
        try
        {
            PrivateFolder.Make(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SpoolVerdict.NoFolder(path, e.Message.TrimEnd('.'), e);
        }

        // SQLite gives the log the rights of the file.
        PrivateFile.Make(path);
        foreach (var name in Companions.Prepend("").Select(c => path + c))
        {
            // SQLite would wait for what never comes.
            if (InputFile.KindOf(name) is { } kind) throw new IOException($"'{name}' is {kind}, not a file: move it away");
            PrivateFile.Tighten(name);
        }

        var settings = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 1 };
        var connection = new SqliteConnection(settings.ToString());
        try
        {
            connection.Open();

            // A file that is none would be closed, and its log removed unread.
            connection.LeaveLog();
            using var command = connection.CreateCommand();
            command.CommandText = SpoolSchema.Pragmas;
            command.ExecuteNonQuery();

            // SQLite stays with the mode that it has when it cannot change it, and gives no error.
            command.CommandText = "PRAGMA journal_mode";
            if (command.ExecuteScalar() is not "wal") throw new SqliteException("the write-ahead log cannot be used", IoError, IoError);
            connection.LeaveLog(false);
            return connection;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            if (e.SqliteErrorCode == Busy) throw Explain(path, e);
            throw;
        }
    }

    public static SpoolException Explain(string path, SqliteException e)
    {
        var remedy = e.SqliteErrorCode switch
        {
            Busy => "another process has it open: only one agent may use a stateDirectory; stop the other one, or give this one its own",
            ReadOnly or CannotOpen => "it cannot be opened for writing: check owner and permissions of the stateDirectory, and that its file system is not read-only",
            Full => "the disk is full: free some space",
            Corrupt or NotADatabase => "the file is damaged: move it away to keep what is in it, and start again",
            _ when e.SqliteExtendedErrorCode == WriteFailed => "it cannot be written: check the disk, and whether its user may make files so long (ulimit -f)",
            _ => "check the disk",
        };
        return new SpoolException($"the spool '{path}': {remedy} (SQLite error {e.SqliteErrorCode}/{e.SqliteExtendedErrorCode}: {e.Message})", e);
    }
}

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

    /// <summary>Closing the connection neither writes the log back nor removes it.</summary>
    public static void LeaveLog(this SqliteConnection connection, bool leave = true)
    {
        const int noCheckpointOnClose = 1006;
        _ = SQLitePCL.raw.sqlite3_db_config(connection.Handle!, noCheckpointOnClose, leave ? 1 : 0, out _);
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

/// <summary>What an error of SQLite means for the spool.</summary>
internal enum SpoolFault
{
    /// <summary>The disk cannot be written now: full, read-only, no permission. What is open stays open.</summary>
    Unusable,

    /// <summary>An operation of the disk failed. What the connection believes is not to be trusted any more: it is closed.</summary>
    Broken,

    /// <summary>The file's content is wrong: it is quarantined.</summary>
    Damaged,
}

internal static class SpoolFaults
{
    private const int IoError = 10;
    private const int CannotOpen = 14;

    /// <summary>ERROR, CORRUPT, SCHEMA, CONSTRAINT, MISMATCH, NOTADB: the spool's statements are fixed, so what they meet is not what was written.</summary>
    private static readonly int[] Damage = [1, 11, 17, 19, 20, 26];

    /// <summary>IOERR_READ, IOERR_SHORT_READ, IOERR_DATA, IOERR_CORRUPTFS: the medium does not give back what is on it.</summary>
    private static readonly int[] DamageOfTheMedium = [266, 522, 8202, 8458];

    public static SpoolFault Of(Exception error) => error switch
    {
        SpoolDamagedException => SpoolFault.Damaged,
        SqliteException e when Damage.Contains(e.SqliteErrorCode) || DamageOfTheMedium.Contains(e.SqliteExtendedErrorCode) => SpoolFault.Damaged,
        SqliteException { SqliteErrorCode: not (IoError or CannotOpen) } => SpoolFault.Unusable,
        _ => SpoolFault.Broken,
    };
}

/// <summary>The file is not what a spool wrote.</summary>
internal sealed class SpoolDamagedException : Exception
{
    public SpoolDamagedException()
    {
    }

    public SpoolDamagedException(string message) : base(message)
    {
    }

    public SpoolDamagedException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
