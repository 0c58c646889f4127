using DeviceAgent.Rigs.Disks;
using DeviceAgent.Rigs.Faults;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.Rigs.Durability;

/// <summary>
/// The agent's disk is full for a while. Readings of its own source come faster than they are uploaded, so the bounded memory overflows; a
/// program hands in critical ones beside. The agent must live on, give up the oldest of the lowest class, and have counted each.
/// </summary>
/// <param name="full">How long the disk is full.</param>
/// <param name="isOnline">True: the network is slow meanwhile. False: there is none.</param>
/// <param name="say">Takes the figures.</param>
internal sealed class DiskFull(TimeSpan full, bool isOnline, Action<string> say)
{
    private const string Thing = "thermostat-01";
    private const string Sensor = "sensor";
    private const int DiskMebibytes = 16;
    private const int MemoryReadings = 400;
    private const int ReadingsAtATime = 10;

    private static readonly TimeSpan _pace = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _healthy = TimeSpan.FromSeconds(2);

    /// <summary>The upload may be in a long pause.</summary>
    private static readonly TimeSpan _drain = TimeSpan.FromMinutes(5);

    private readonly Oracle _oracle = new();

    /// <summary>What came of it.</summary>
    /// <param name="Taken">Readings that the agent took, from its source and from the program.</param>
    /// <param name="Shed">Readings that it says it gave up.</param>
    /// <param name="Stored">Items in the table.</param>
    /// <param name="CriticalMissing">Critical readings among those that are not in the table.</param>
    /// <param name="Verdict">The oracle's: what was acknowledged, and whether items are as they were handed in.</param>
    internal sealed record Outcome(long Taken, long Shed, long Stored, long CriticalMissing, Verdict Verdict)
    {
        public bool IsGood => Verdict.IsGood && Shed == Taken - Stored && CriticalMissing == 0;
    }

    public async Task<Outcome> RunAsync()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync(Thing);
        await using var proxy = new FaultProxy(cloud.Cloud.Host.Url(Listener.DynamoDb));
        proxy.SetScript(() => ConnectionFault.Slow(TimeSpan.FromMilliseconds(500)));
        await using var shelf = await DiskShelf.CreateAsync();
        var disk = await shelf.FormatAsync(DiskMebibytes);
        var socket = Path.Combine(Path.GetDirectoryName(configuration)!, "agent.sock");
        await using var agent = RunningAgent.Run(
            configuration,
            $"dynamoDbEndpoint={proxy.Url}",
            $"stateDirectory={Path.Combine(disk.Folder, "state")}",
            $"endpoint.socket={socket}",
            "source.kind=stdin",
            "upload.maxDelaySeconds=0.5",
            "spool.groupCommitSeconds=0.1",
            "spool.quotaMegabytes=8",
            "spool.reserveMegabytes=0",
            $"spool.memoryReadings={MemoryReadings}");

        using var program = new Producer(socket, _oracle, "program", new Random(1)) { Pause = TimeSpan.FromMilliseconds(400), MostReadings = 3, Query = "?class=critical" };
        using var stop = new CancellationTokenSource();
        var sensing = SenseAsync(agent, stop.Token);
        var producing = program.RunAsync(stop.Token);
        await AcknowledgedAsync(program, agent);
        await Task.Delay(_healthy, TimeProvider.System);
        if (!isOnline)
        {
            proxy.SetScript(() => ConnectionFault.Refused);
            await proxy.DropConnectionsAsync();
        }

        await using (new Ballast(disk)) await Task.Delay(full, TimeProvider.System);
        Assert.True(program.InMemory > 0, "the disk was full, and every reading was acknowledged all the same");

        await AcknowledgedAsync(program, agent);
        await stop.CancelAsync();
        await producing;
        var sensed = await sensing;
        proxy.Heal();
        await proxy.DropConnectionsAsync();
        Assert.True(await program.PostAsync(1), $"a fresh reading was not acknowledged: {program.LastRefusal}");
        var shed = (await MetricsPage.ReadAsync(socket)).Sum("readings_shed_total");
        agent.Input.Close();
        var exit = await agent.WaitForExitAsync(_drain);
        Assert.True(exit == 0, $"the agent ended with {exit}:\n{agent.Output}");

        var items = await cloud.ItemsAsync(Thing);
        var taken = sensed + program.Acknowledged + program.InMemory;
        var criticalMissing = program.Acknowledged + program.InMemory - items.Count(i => i["serial_number"].S != Sensor);
        var outcome = new Outcome(taken, shed, items.Count, criticalMissing, _oracle.Judge(items));
        say($"disk full for {full.TotalSeconds:F0} s, network {(isOnline ? "slow" : "down")}: {taken} readings taken ({program.InMemory} of the program's in memory only), {shed} counted as given up, {items.Count} stored; {outcome.Verdict}");
        return outcome;
    }

    /// <summary>The agent's own source: numbered readings at a steady pace; returns how many.</summary>
    private async Task<long> SenseAsync(RunningAgent agent, CancellationToken stop)
    {
        long number = 0;
        while (!stop.IsCancellationRequested)
        {
            for (var i = 0; i < ReadingsAtATime; i++) await agent.Input.WriteLineAsync(_oracle.Offer(Sensor, number++));
            await agent.Input.FlushAsync(CancellationToken.None);
            await Task.Delay(_pace, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return number;
    }

    private static async Task AcknowledgedAsync(Producer program, RunningAgent agent)
    {
        using var timeout = new CancellationTokenSource(RunningAgent.Patience);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var before = program.Acknowledged;
        try
        {
            while (program.Acknowledged == before) await poll.WaitForNextTickAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"nothing was acknowledged; the last answer was {program.LastRefusal}; the agent said:\n{agent.Output}");
        }
    }
}
