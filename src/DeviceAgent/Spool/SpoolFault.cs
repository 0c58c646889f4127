using Microsoft.Data.Sqlite;

namespace DeviceAgent.Spool;

/// <summary>What an error of SQLite means for the spool.</summary>
internal enum SpoolFault
{
    /// <summary>The disk cannot be written now: full, read-only, no permission. What is open stays open.</summary>
    Unusable,

    /// <summary>An operation of the disk failed. What the connection believes is not to be trusted any more: it is closed.</summary>
    Broken,

    /// <summary>The file's content is wrong: it is set aside.</summary>
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

    public static SpoolFault Of(SqliteException e) =>
        Damage.Contains(e.SqliteErrorCode) || DamageOfTheMedium.Contains(e.SqliteExtendedErrorCode) ? SpoolFault.Damaged
        : e.SqliteErrorCode is IoError or CannotOpen ? SpoolFault.Broken
        : SpoolFault.Unusable;
}
