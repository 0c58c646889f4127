using DeviceAgent.Settings;
using Microsoft.Data.Sqlite;

namespace DeviceAgent.Spool;

/// <summary>The file while it can be used, and the ways back to it when it cannot.</summary>
internal sealed class SpoolDisk(SpoolMedium medium, LiveOptions<SpoolOptions> options, Quarantine quarantine)
{
    /// <summary>Null while it cannot be opened.</summary>
    public SpoolFile? File { get; private set; }

    /// <summary>A damaged file is replaced by a new one with its sound rows.</summary>
    /// <exception cref="SpoolException">Another process has it open, or a newer agent wrote it.</exception>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    /// <exception cref="IOException">A damaged file cannot be set aside.</exception>
    public SpoolFile Open()
    {
        quarantine.FinishInterrupted();
        if (WhatIsWrong() is { } problem) quarantine.Replace(problem);
        try
        {
            File = new SpoolFile(medium, options);
        }
        catch (SpoolDamagedException e)
        {
            quarantine.Replace(e.Message);
        }
        catch (SqliteException e) when (SpoolFaults.Of(e) == SpoolFault.Damaged)
        {
            quarantine.Replace(e.Message);
        }

        return File ??= new SpoolFile(medium, options);
    }

    /// <summary>After a failed operation of the disk: what the connection believes to be written may not be.</summary>
    public SpoolFile Reopen()
    {
        Close();
        var file = Open();

        // What the log holds was perhaps never on the medium: it is written once more, into the file itself.
        file.Checkpoint();
        return file;
    }

    /// <summary>After damage was found on the way.</summary>
    public SpoolFile Replace(string problem)
    {
        Close();
        quarantine.Replace(problem);
        return Open();
    }

    public void Close()
    {
        File?.Dispose();
        File = null;
    }

    /// <summary>SQLite would take an empty file for a new one.</summary>
    private string? WhatIsWrong() => new FileInfo(medium.Path) is { Exists: true, Length: 0 } ? "it has no content" : null;
}
