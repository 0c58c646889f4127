using System.Globalization;
using DeviceAgent.Hosting;
using DeviceAgent.Spool;
using DeviceAgent.Storage;

namespace DeviceAgent.Commands.Doctor;

/// <summary>The state directory and the room for the spool.</summary>
internal static class StorageChecks
{
    /// <summary>From here on a spool is called full: what comes next drops something.</summary>
    private const double FullShare = 0.9;

    private const double Megabyte = 1024 * 1024;

    public static Finding StateDirectory(AgentOptions options)
    {
        var folder = options.StateDirectory;
        if (FileStatus.Of(folder) is not { } status)
        {
            return FolderAccess.MakeProblem(folder) is { } problem
                ? Finding.Failure(CheckName.StateDirectory, $"It is not there and cannot be made: {problem}", "Make it and give it to the agent's user, or correct stateDirectory.")
                : Finding.Ok(CheckName.StateDirectory, $"{folder} is not there yet; the agent makes it when it starts");
        }

        if (FolderAccess.WriteProblem(folder) is { } closed)
            return Finding.Failure(CheckName.StateDirectory, $"{closed}.", $"Let {LocalUsers.Shown(status.User)} write to it (chmod u+rwx '{folder}'); a file system that the kernel made read-only needs fsck.");
        try
        {
            SpoolVerdict.Of(SpoolServiceCollectionExtensions.PathIn(folder));
        }
        catch (SpoolException e)
        {
            return Finding.Failure(CheckName.StateDirectory, $"{e.Message}.", null);
        }

        return Finding.Ok(CheckName.StateDirectory, $"{folder} can be written to by {LocalUsers.Shown(LocalUsers.Own)}");
    }

    public static Finding Disk(AgentOptions options, RunningAgentView agent)
    {
        try
        {
            var folder = NearestFolder(options.StateDirectory);
            var (drive, storage) = (new DriveInfo(folder), new SpoolStorage(SpoolServiceCollectionExtensions.PathIn(folder)));
            return Judge(new Room(drive.AvailableFreeSpace, drive.TotalSize, SpoolBytes(options.StateDirectory), storage.Quota(options.Spool), options.Spool.ReserveBytes), agent.Spool);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Finding.Skipped(CheckName.Disk, $"the file system does not tell how much is free: {e.Message}");
        }
    }

    /// <param name="room">What there is.</param>
    /// <param name="spool">What the running agent says of its spool.</param>
    public static Finding Judge(Room room, (double Bytes, double Quota)? spool)
    {
        if (room.Free < room.Reserve)
        {
            return Finding.Failure(
                CheckName.Disk, $"{Text(room.Free)} are free, and spool.reserveMegabytes leaves {Text(room.Reserve)} to others: readings are held in memory only.", "Make room on the partition (df -h; journalctl --vacuum-size=50M), or lower spool.reserveMegabytes.");
        }

        if (spool is var (bytes, quota) && quota > 0 && bytes >= FullShare * quota)
            return Finding.Warning(CheckName.Disk, $"The spool has {Text(bytes)} of its {Text(quota)}: then readings are dropped as spool.whenFull says.", "See why they are not uploaded (the checks above); raise spool.quotaMegabytes if an outage is to be bridged for longer.");
        var most = room.Free + room.Spool - room.Reserve;
        if (room.Quota > most)
        {
            return Finding.Warning(
                CheckName.Disk, $"The spool may grow to {Text(room.Quota)}, and there is room for {Text(most)}: in a long outage readings are held in memory before the quota is reached.",
                $"Set spool.quotaMegabytes to {Math.Max(1, Math.Floor(most / Megabyte)).ToString("0", CultureInfo.InvariantCulture)} or less, or make room on the partition.");
        }

        return Finding.Ok(CheckName.Disk, $"{Text(room.Free)} of {Text(room.Total)} are free, the spool may take {Text(room.Quota)}");
    }

    /// <summary>The folder, or the nearest one above that there is.</summary>
    public static string NearestFolder(string folder)
    {
        var at = Path.GetFullPath(folder);
        while (!Directory.Exists(at) && Path.GetDirectoryName(at) is { } above) at = above;
        return at;
    }

    private static long SpoolBytes(string stateDirectory)
    {
        var path = SpoolServiceCollectionExtensions.PathIn(stateDirectory);
        return new[] { path, SpoolConnection.LogOf(path) }.Select(f => new FileInfo(f)).Sum(f => f.Exists ? f.Length : 0);
    }

    private static string Text(double bytes) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, bytes) / Megabyte:0.#} MiB");
}

/// <summary>Bytes of a partition.</summary>
/// <param name="Free">That the agent's user may take.</param>
/// <param name="Total">All.</param>
/// <param name="Spool">That the spool has now.</param>
/// <param name="Quota">That the spool may have.</param>
/// <param name="Reserve">That it leaves to others.</param>
internal readonly record struct Room(long Free, long Total, long Spool, long Quota, long Reserve);
