using DeviceAgent.Storage;
using Microsoft.Data.Sqlite;

namespace DeviceAgent.Spool;

/// <summary>Opens the one connection, and puts SQLite's errors into words that help.</summary>
internal static class SpoolConnection
{
    public const int Busy = 5;
    private const int ReadOnly = 8;
    private const int IoError = 10;
    private const int Corrupt = 11;
    public const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    public static SqliteConnection Open(string path)
    {
        SQLitePCL.Batteries_V2.Init();
        try
        {
            PrivateFolder.Make(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SpoolException($"the folder of the spool '{path}' cannot be made: {e.Message}; create it and give it to the agent's user, or change stateDirectory", e);
        }

        var settings = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 1 };
        var connection = new SqliteConnection(settings.ToString());
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = SpoolSchema.Pragmas;
            command.ExecuteNonQuery();

            // SQLite stays with the mode that it has when it cannot change it, and gives no error.
            command.CommandText = "PRAGMA journal_mode";
            if (command.ExecuteScalar() is not "wal") throw new SqliteException("the write-ahead log cannot be used", IoError, IoError);
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
            _ => "check the disk",
        };
        return new SpoolException($"the spool '{path}': {remedy} (SQLite error {e.SqliteErrorCode}/{e.SqliteExtendedErrorCode}: {e.Message})", e);
    }
}
