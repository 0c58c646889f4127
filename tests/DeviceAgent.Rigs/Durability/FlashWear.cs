using DeviceAgent.Rigs.Disks;
using DeviceAgent.Rigs.Support;

namespace DeviceAgent.Rigs.Durability;

/// <summary>What reaches the block device for each reading, ext4's journal included, while the agent reads, stores, uploads and deletes.</summary>
internal static class FlashWear
{
    private const int DiskMebibytes = 128;

    private static readonly (double Interval, double GroupCommit)[] _cases = [(1, 5), (0.1, 5), (1, 1), (0.1, 1), (1, 0), (0.1, 0)];

    /// <summary>Measures all the cases side by side, each on a disk of its own, and prints a table.</summary>
    public static async Task MeasureAsync(TimeSpan duration, Action<string> say)
    {
        await using var cloud = await TestCloud.StartAsync();
        await using var shelf = await DiskShelf.CreateAsync();
        var rows = new List<Task<string>>();
        for (var n = 0; n < _cases.Length; n++)
        {
            var thing = $"wear-{n}";
            rows.Add(MeasureAsync(cloud, thing, await cloud.DeviceAsync(thing), await shelf.FormatAsync(DiskMebibytes), _cases[n], duration));
        }

        say("| readings a second | commit after at most | readings | bytes to the device for each | flushes for each |");
        say("|---|---|---|---|---|");
        foreach (var row in rows) say(await row);
    }

    private static async Task<string> MeasureAsync(TestCloud cloud, string thing, string configuration, Disk disk, (double Interval, double GroupCommit) what, TimeSpan duration)
    {
        await using var agent = RunningAgent.Run(
            configuration,
            "source.kind=simulated",
            $"source.intervalSeconds={what.Interval}",
            $"spool.groupCommitSeconds={what.GroupCommit}",
            $"stateDirectory={Path.Combine(disk.Folder, "state")}",
            "spool.reserveMegabytes=1");
        await cloud.WaitForRowsAsync(thing, 1, agent);
        var (rowsBefore, before) = await NowAsync(cloud, thing, disk);
        await Task.Delay(duration, TimeProvider.System);
        var (rowsAfter, after) = await NowAsync(cloud, thing, disk);
        var readings = rowsAfter - rowsBefore;
        return $"| {1 / what.Interval:0} | {what.GroupCommit:0} s | {readings} | {(after.BytesWritten - before.BytesWritten) / (double)readings:N0} | {(after.Flushes - before.Flushes) / (double)readings:0.000} |";
    }

    private static async Task<(int Rows, DiskActivity Activity)> NowAsync(TestCloud cloud, string thing, Disk disk)
    {
        var rows = (await cloud.ItemsAsync(thing)).Count;
        (await Command.RunAsync("sync", ["--file-system", disk.Folder])).Succeeded();
        return (rows, await disk.ActivityAsync());
    }
}
