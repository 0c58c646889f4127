using Microsoft.Data.Sqlite;

namespace DeviceAgent.Spool;

/// <summary>Brings a file to the schema that this agent knows.</summary>
internal static class SpoolVersion
{
    public static void Establish(SqliteConnection connection, string path)
    {
        var version = connection.Number("PRAGMA user_version") ?? 0;
        var exists = connection.Number("SELECT count(*) FROM sqlite_schema WHERE name = 'marks'") > 0;
        var marked = exists ? new Marks(connection)[Marks.Version] : null;
        switch (version)
        {
            case 0 when connection.Number("SELECT count(*) FROM sqlite_schema") == 0:
                connection.Transact(() => Upgrade(connection, SpoolSchema.Tables));
                break;
            case 1 when exists && marked is null:
                connection.Transact(() => Upgrade(connection, SpoolSchema.From1To2));
                break;
            case SpoolSchema.Version when marked == version:
                break;
            case > SpoolSchema.Version when marked is null || marked == version:
                throw new SpoolException($"the spool '{path}' has schema version {version}, this agent knows {SpoolSchema.Version}: it was written by a newer agent; run that one, or move the file away");
            default:
                throw new SpoolDamagedException($"the file says that it has schema version {version}, its content says otherwise");
        }
    }

    private static void Upgrade(SqliteConnection connection, string script)
    {
        connection.Execute(script);
        new Marks(connection)[Marks.Version] = SpoolSchema.Version;
    }
}
