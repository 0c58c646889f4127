using DeviceAgent.Storage;
using Microsoft.Data.Sqlite;

namespace DeviceAgent.Spool;

/// <summary>Where the spool's file is, and how it is reached.</summary>
/// <param name="Path">The file.</param>
internal sealed record SpoolStorage(string Path)
{
    private const long LargestDefaultQuota = 256L * 1024 * 1024;
    private const long SmallestDefaultQuota = 1024 * 1024;

    /// <summary>Free bytes of the partition that the agent's user may use.</summary>
    public Func<long> FreeBytes { get; init; } = () => new DriveInfo(Folder(Path)).AvailableFreeSpace;

    /// <summary>The folder of the file, held against other agents; null where nobody holds it.</summary>
    public StateDirectory? Directory { get; init; }

    /// <summary>False: a damaged file is refused, not moved aside. Who only looks changes nothing.</summary>
    public bool MayBeReplaced { get; init; } = true;

    /// <summary>Called again and again while the file is brought to this agent's schema.</summary>
    public Action Progress { get; init; } = () => { };

    public Func<long> TotalBytes { get; init; } = () => new DriveInfo(Folder(Path)).TotalSize;

    public Func<string, SqliteConnection> Connect { get; init; } = SpoolConnection.Open;

    /// <summary>What is configured; else 256 MiB or a tenth of the partition, whichever is less.</summary>
    public long Quota(SpoolOptions options)
    {
        if (options.QuotaBytes is { } configured) return configured;
        return Math.Max(SmallestDefaultQuota, Math.Min(LargestDefaultQuota, Measure(TotalBytes, LargestDefaultQuota * 10) / 10));
    }

    /// <summary>True when what is to be written would reach into the part of the free space that is left to others.</summary>
    public bool IsFull(long toWrite, SpoolOptions options) => Measure(FreeBytes, long.MaxValue) - toWrite < options.ReserveBytes;

    /// <summary>Holds the folder for this process.</summary>
    /// <exception cref="SpoolException">Another process has it.</exception>
    public void Hold()
    {
        try
        {
            Directory?.Hold();
        }
        catch (StateDirectoryInUseException e)
        {
            throw new SpoolException(e.Message, e);
        }
    }

    private static string Folder(string path) => System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;

    /// <summary>A file system that does not tell is not held against it: the write itself will.</summary>
    private static long Measure(Func<long> measure, long otherwise)
    {
        try
        {
            return measure();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return otherwise;
        }
    }
}
