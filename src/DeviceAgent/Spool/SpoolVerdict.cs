using DeviceAgent.Settings;
using DeviceAgent.Storage;
using Microsoft.Data.Sqlite;

namespace DeviceAgent.Spool;

/// <summary>
/// Whether a spool could be opened, as far as that can be told without changing a file. Whether another agent has it open is not asked: a configuration is
/// checked while the agent runs.
/// </summary>
internal static class SpoolVerdict
{
    /// <exception cref="SpoolException">Its folder could not be made, a newer agent wrote it, or what is there is no file and would never end.</exception>
    public static void Of(string path)
    {
        OfFolder(path);
        if (!Directory.Exists(path) && SettingsReader.FindNoFile(path) is { } problem) throw new SpoolException($"the spool '{path}' {problem}: move it away");
        if (ReadVersion(path) is { } version) SpoolVersion.RefuseNewer(path, version.Header, version.Marked);
    }

    /// <exception cref="SpoolException">The folder is not there and could not be made.</exception>
    public static void OfFolder(string path)
    {
        if (FolderAccess.MakeProblem(Path.GetDirectoryName(Path.GetFullPath(path))!) is { } problem) throw NoFolder(path, problem);
    }

    public static SpoolException NoFolder(string path, string problem, Exception? inner = null) =>
        new($"the folder of the spool '{path}' cannot be made: {problem}; create it and give it to the agent's user, or change stateDirectory", inner!);

    /// <summary>Without locks and without the write-ahead log, as of the last checkpoint: null where nothing is, or nothing that can be read so.</summary>
    private static (long Header, long? Marked)? ReadVersion(string path)
    {
        if (new FileInfo(path) is not { Exists: true, Length: > 0 }) return null;
        SQLitePCL.Batteries_V2.Init();
        var source = $"file:{Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal)}?immutable=1";
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = source, Pooling = false, Mode = SqliteOpenMode.ReadOnly }.ToString());
        try
        {
            connection.Open();
            return SpoolVersion.Read(connection);
        }
        catch (SqliteException)
        {
            return null;
        }
    }
}
