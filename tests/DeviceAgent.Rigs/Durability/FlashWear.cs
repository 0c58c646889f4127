using DeviceAgent.Rigs.Disks;
using DeviceAgent.Rigs.Support;

namespace DeviceAgent.Rigs.Durability;

/// <summary>What reaches the block device for each reading, ext4's journal included, while the agent reads, stores, uploads and deletes.</summary>
internal static class FlashWear
{
    private const int DiskMebibytes = 128;

    private static readonly (double Interval, double GroupCommit)[] _cases = [(1, 5), (0.1, 5), (1, 1), (0.1, 1), (1, 0), (0.1, 0)];

    /// <summary>Measures all the cases, and prints a table.</summary>
    public static async Task MeasureAsync(TimeSpan duration, Action<string> say)
    {
        say("| readings a second | commit after at most | readings | bytes to the device for each | flushes for each |");
        say("|---|---|---|---|---|");
        foreach (var wear in await MeasureAsync(duration, _cases))
            say($"| {1 / wear.Interval:0} | {wear.GroupCommit:0} s | {wear.Readings} | {wear.Bytes:N0} | {wear.Flushes:0.000} |");
    }

    /// <summary>Measures the cases side by side, each on a disk of its own; the result has their order.</summary>
    public static async Task<IReadOnlyList<Wear>> MeasureAsync(TimeSpan duration, IReadOnlyList<(double Interval, double GroupCommit)> cases)
    {
        await using var cloud = await TestCloud.StartAsync();
        await using var shelf = await DiskShelf.CreateAsync();
        var wear = new List<Task<Wear>>();
        for (var n = 0; n < cases.Count; n++)
        {
            var thing = $"wear-{n}";
            wear.Add(MeasureAsync(cloud, thing, await cloud.DeviceAsync(thing), await shelf.FormatAsync(DiskMebibytes), cases[n], duration));
        }

        return await Task.WhenAll(wear);
    }

    private static async Task<Wear> MeasureAsync(TestCloud cloud, string thing, string configuration, Disk disk, (double Interval, double GroupCommit) what, TimeSpan duration)
    {
        await using var agent = RunningAgent.Run(
            configuration,
            "source.kind=simulated",
            "source.markSimulated=false",
            $"source.intervalSeconds={what.Interval}",
            $"spool.groupCommitSeconds={what.GroupCommit}",
            $"stateDirectory={Path.Combine(disk.Folder, "state")}",
            "spool.reserveMegabytes=1");
        await cloud.WaitForRowsAsync(thing, 1, agent);
        var (rowsBefore, before) = await NowAsync(cloud, thing, disk);
        await Task.Delay(duration, TimeProvider.System);
        var (rowsAfter, after) = await NowAsync(cloud, thing, disk);
        var readings = rowsAfter - rowsBefore;
        return new Wear(what.Interval, what.GroupCommit, readings, (after.BytesWritten - before.BytesWritten) / (double)readings, (after.Flushes - before.Flushes) / (double)readings);
    }

    private static async Task<(int Rows, DiskActivity Activity)> NowAsync(TestCloud cloud, string thing, Disk disk)
    {
        var rows = (await cloud.ItemsAsync(thing)).Count;
        (await Command.RunAsync("sync", ["--file-system", disk.Folder])).Succeeded();
        return (rows, await disk.ActivityAsync());
    }
}

/// <summary>What a reading cost the block device.</summary>
/// <param name="Interval">Seconds between two readings.</param>
/// <param name="GroupCommit"><c>spool.groupCommitSeconds</c>.</param>
/// <param name="Readings">How many there were.</param>
/// <param name="Bytes">Written for each.</param>
/// <param name="Flushes">Times that the device was told to make all of it durable, for each.</param>
internal sealed record Wear(double Interval, double GroupCommit, int Readings, double Bytes, double Flushes);
