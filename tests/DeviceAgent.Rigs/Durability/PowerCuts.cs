using System.Diagnostics;
using DeviceAgent.Rigs.Disks;
using DeviceAgent.Rigs.Faults;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.Rigs.Durability;

/// <summary>
/// The power fails at random moments: the agent's disk is taken as the block device has it, without what the kernel still held in memory, and
/// the next life of the device begins with that. What was acknowledged must be on that disk or in the table.
/// </summary>
internal sealed class PowerCuts(int cuts, int seed, Action<string> say)
{
    private const string Thing = "thermostat-01";
    private const int Producers = 3;
    private const int DiskMebibytes = 64;

    private static readonly TimeSpan _longestLife = TimeSpan.FromSeconds(2.5);

    private readonly Random _random = new(seed);
    private readonly Oracle _oracle = new();

    /// <summary>Acknowledged readings that were not yet in the table at a cut, all cuts together: those that only the disk could save.</summary>
    public int OnDiskOnly { get; private set; }

    public async Task<Verdict> RunAsync()
    {
        var watch = Stopwatch.StartNew();
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync(Thing);
        await using var proxy = new FaultProxy(cloud.Cloud.Host.Url(Listener.DynamoDb));
        // So slow that readings pile up in the spool.
        proxy.SetScript(() => ConnectionFault.Slow(TimeSpan.FromMilliseconds(300)));
        var socket = Path.Combine(Path.GetDirectoryName(configuration)!, "agent.sock");
        string[] settings = [$"dynamoDbEndpoint={proxy.Url}", $"endpoint.socket={socket}", "source.kind=stdin", "upload.maxDelaySeconds=0.2", "spool.quotaMegabytes=32", "spool.reserveMegabytes=1"];

        await using var shelf = await DiskShelf.CreateAsync();
        var disk = await shelf.FormatAsync(DiskMebibytes);
        var producers = Enumerable.Range(0, Producers).Select(n => new Producer(socket, _oracle, $"producer-{n}", new Random(seed + n))).ToList();
        try
        {
            for (var cut = 1; cut <= cuts; cut++)
            {
                var state = $"stateDirectory={Path.Combine(disk.Folder, "state")}";
                var next = await LiveAsync(RunningAgent.Run(configuration, [.. settings, state, $"spool.groupCommitSeconds={_random.Next(3) * 0.1}"]), producers, shelf, disk);
                await DiskShelf.DiscardAsync(disk);
                disk = next;
                var verdict = await JudgeAsync(cloud, disk, $"cut {cut} of {cuts}");
                if (!verdict.IsGood) return verdict;
            }

            return await DrainAsync(cloud, proxy, configuration, [.. settings, $"stateDirectory={Path.Combine(disk.Folder, "state")}"], watch);
        }
        finally
        {
            producers.ForEach(p => p.Dispose());
        }
    }

    /// <summary>One life, up to the power cut; returns the disk of the next one.</summary>
    private async Task<Disk> LiveAsync(RunningAgent starting, List<Producer> producers, DiskShelf shelf, Disk disk)
    {
        await using var agent = starting;
        using var stop = new CancellationTokenSource();
        var producing = producers.Select(p => p.RunAsync(stop.Token)).ToList();
        // Mostly while readings come, sometimes while the agent is starting.
        if (_random.Next(4) > 0) await AcknowledgedAsync(producers, producers.Sum(p => p.Acknowledged), agent);
        await Task.Delay(_longestLife * _random.NextDouble(), TimeProvider.System);

        (await Command.RunAsync("kill", ["-STOP", $"{agent.ProcessId}"])).Succeeded();
        var next = await shelf.CutAsync(disk);
        await stop.CancelAsync();
        await agent.KillAsync();
        await Task.WhenAll(producing);
        return next;
    }

    private static async Task AcknowledgedAsync(List<Producer> producers, int before, RunningAgent agent)
    {
        using var timeout = new CancellationTokenSource(RunningAgent.Patience);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        try
        {
            while (producers.Sum(p => p.Acknowledged) == before) await poll.WaitForNextTickAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"nothing was acknowledged; the last answer was {producers.Select(p => p.LastRefusal).FirstOrDefault()}; the agent said:\n{agent.Output}");
        }
    }

    private async Task<Verdict> JudgeAsync(TestCloud cloud, Disk disk, string moment)
    {
        var rows = SpoolRows.Read(Path.Combine(disk.Folder, "state"));
        Assert.True(rows.QuickCheck == "ok", $"seed {seed}, {moment}: quick_check says {rows.QuickCheck}");
        var items = await cloud.ItemsAsync(Thing);
        var onDiskOnly = _oracle.Judge(items).Lost.Count;
        OnDiskOnly += onDiskOnly;
        var verdict = _oracle.Judge(items.Concat(rows.Items));
        say($"{moment}: quick_check {rows.QuickCheck}, {_oracle.Owed} acknowledged so far, {onDiskOnly} of them only on the disk, {verdict.Lost.Count} lost");
        return verdict;
    }

    /// <summary>The last life, undisturbed: all goes to the table.</summary>
    private async Task<Verdict> DrainAsync(TestCloud cloud, FaultProxy proxy, string configuration, string[] settings, Stopwatch watch)
    {
        proxy.Heal();
        await using var agent = RunningAgent.Run(configuration, settings);
        agent.Input.Close();
        var exit = await agent.WaitForExitAsync();
        Assert.True(exit == 0, $"the agent ended with {exit} after the cuts:\n{agent.Output}");
        var verdict = _oracle.Judge(await cloud.ItemsAsync(Thing));
        say($"{cuts} power cuts (seed {seed}) in {watch.Elapsed.TotalSeconds:F0} s, quick_check ok each time; {OnDiskOnly} acknowledged readings were only on the disk at their cut; {verdict}");
        return verdict;
    }
}
