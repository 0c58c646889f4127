using System.Diagnostics;
using System.Globalization;
using System.Text;
using DeviceAgent.Diagnostics;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Spool;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceAgent.Rigs.Durability;

/// <summary>
/// Kills at random moments: <c>spool requeue</c>, <c>spool export</c>, and the agent while it drops readings of low class because the spool is full.
/// Each reading must be there once, an exported file complete or not there, and no critical reading lost that was acknowledged.
/// </summary>
internal sealed class CommandKills(int kills, int seed, Action<string> say)
{
    private const string Thing = "thermostat-01";
    private const int Readings = 300;

    private static readonly TimeSpan _longestLife = TimeSpan.FromSeconds(1);

    private readonly Random _random = new(seed);

    public async Task<bool> RunAsync()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync(Thing);
        var state = Path.Combine(Path.GetDirectoryName(configuration)!, "state");
        var good = await KillCommandsAsync(configuration, state);
        Directory.Delete(state, recursive: true);
        return good & await KillSheddingAsync(cloud, configuration, state);
    }

    private async Task<bool> KillCommandsAsync(string configuration, string state)
    {
        var (exported, wrong, requeued) = (Path.Combine(Path.GetDirectoryName(configuration)!, "exported.ndjson"), 0, 0);
        await InSpoolAsync(state, spool => Task.WhenAll(Enumerable.Range(0, Readings)
            .Select(n => spool.AppendAsync(new SpoolEntry(SpoolClass.Normal, Oracle.TimeOf(n), IsLive: false, Encoding.UTF8.GetBytes($"{n}")), CancellationToken.None))
            .Append(spool.FlushAsync(CancellationToken.None))));
        var life = await MeasureAsync(configuration);
        for (var kill = 1; kill <= kills; kill++)
        {
            await InSpoolAsync(state, async spool =>
            {
                foreach (var record in await WaitingAsync(spool)) await spool.MoveToDeadLettersAsync(record, "rig", CancellationToken.None);
            });
            await using (RunningAgent.Start(["spool", "requeue", "--all", "--config", configuration])) await LiveAsync(life);
            var waiting = 0;
            await InSpoolAsync(state, async spool =>
            {
                var there = (await WaitingAsync(spool)).Select(r => r.Payload.ToArray()).ToList();
                waiting = there.Count;
                there.AddRange((await spool.DeadLettersAsync(0, int.MaxValue, CancellationToken.None)).Select(l => l.Payload.ToArray()));
                if (!there.Select(p => int.Parse(Encoding.UTF8.GetString(p), CultureInfo.InvariantCulture)).Order().SequenceEqual(Enumerable.Range(0, Readings))) wrong++;
            });
            requeued += waiting > 0 ? 1 : 0;
            File.Delete(exported);
            await using (RunningAgent.Start(["spool", "export", "--dead-letters", "-o", exported, "--config", configuration])) await LiveAsync(life);
            if (File.Exists(exported) && (await File.ReadAllLinesAsync(exported)).Length != Readings - waiting) wrong++;
        }

        say($"{kills} kills of requeue ({requeued} after it had put the readings back) and of export (seed {seed}), each within {life.TotalSeconds:F1} s: {wrong} wrong");
        return wrong == 0;
    }

    private async Task<bool> KillSheddingAsync(TestCloud cloud, string configuration, string state)
    {
        var (critical, low) = (new Oracle(), new Oracle());
        var socket = Path.Combine(state, "device-agent.sock");
        using var needed = new Producer(socket, critical, "critical", new Random(seed + 1)) { Query = "?class=critical", MostReadings = 3, Pause = TimeSpan.FromMilliseconds(50) };
        using var flood = new Producer(socket, low, "low", new Random(seed + 2)) { Query = "?class=low", MostReadings = 400 };
        using (var stop = new CancellationTokenSource())
        {
            Task[] producing = [needed.RunAsync(stop.Token), flood.RunAsync(stop.Token)];
            for (var kill = 1; kill <= kills; kill++)
            {
                await using var agent = RunningAgent.Run(configuration, "source.kind=stdin", "spool.quotaMegabytes=1", "dynamoDbEndpoint=http://127.0.0.1:1", "spool.groupCommitSeconds=0.05");
                await TakenAsync(flood, flood.Acknowledged);
                await LiveAsync(_longestLife);
            }

            await stop.CancelAsync();
            await Task.WhenAll(producing);
        }

        await using (var last = RunningAgent.Run(configuration, "source.kind=stdin", "spool.quotaMegabytes=1", "upload.maxDelaySeconds=0.2"))
        {
            last.Input.Close();
            var exit = await last.WaitForExitAsync(TimeSpan.FromMinutes(5));
            Assert.True(exit == 0, $"the agent ended with {exit} after the kills:\n{last.Output}");
        }

        var items = await cloud.ItemsAsync(Thing);
        var verdict = critical.Judge(items.Where(i => i["serial_number"].S == "critical"));
        var rest = low.Judge(items.Where(i => i["serial_number"].S == "low"));
        say($"{kills} kills while readings were dropped: {flood.Acknowledged} of low class acknowledged, {rest.Stored} of them left; critical ones: {verdict}");
        return verdict.IsGood && rest.Wrong.Count == 0;
    }

    private static async Task<TimeSpan> MeasureAsync(string configuration)
    {
        var watch = Stopwatch.StartNew();
        await using var command = RunningAgent.Start(["spool", "requeue", "--all", "--config", configuration]);
        Assert.True(await command.WaitForExitAsync() == 0, command.Output);
        return watch.Elapsed;
    }

    /// <summary>Waits until the agent takes readings; not for long, as the spool may be full of what it may not drop.</summary>
    private static async Task TakenAsync(Producer producer, int before)
    {
        using var enough = new CancellationTokenSource(RunningAgent.Patience);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (producer.Acknowledged == before && !enough.IsCancellationRequested) await poll.WaitForNextTickAsync(CancellationToken.None);
    }

    /// <summary>Until the kill, which comes with the end of the using: mostly when its work begins and ends.</summary>
    private Task LiveAsync(TimeSpan life) => Task.Delay(life * (0.3 + (0.9 * _random.NextDouble())), TimeProvider.System);

    private static Task<IReadOnlyList<SpoolRecord>> WaitingAsync(ISpool spool) => spool.PeekAsync(new SpoolQuery(int.MaxValue), CancellationToken.None);

    private static async Task InSpoolAsync(string state, Func<ISpool, Task> work)
    {
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System).AddLogging().AddAgentMetrics().AddSpool(state, new SpoolOptions { ReserveBytes = 0 }, null);
        await using var provider = services.BuildServiceProvider();
        await work(provider.GetRequiredService<ISpool>());
    }
}
