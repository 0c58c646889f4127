using System.Diagnostics;
using DeviceAgent.Rigs.Faults;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.Rigs.Durability;

/// <summary>
/// The agent is killed at random moments and started again, while it replays a file, takes readings from other programs and uploads
/// over a network and to a cloud that go wrong at random. Each start replays the file from its beginning: the same keys, the same items.
/// </summary>
internal sealed class KillTorture(int kills, int seed, Action<string> say)
{
    private const string Thing = "thermostat-01";
    private const int Producers = 3;
    private const int Replayed = 300;
    private const int KillsBetweenReports = 50;

    private static readonly TimeSpan _starting = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan _longestLife = TimeSpan.FromMilliseconds(2500);
    private static readonly TimeSpan _uploading = TimeSpan.FromMilliseconds(500);

    /// <summary>Each start has put the whole file into the spool once more.</summary>
    private static readonly TimeSpan _drain = TimeSpan.FromMinutes(15);

    private readonly Random _random = new(seed);
    private readonly Oracle _oracle = new();

    /// <summary>Runs it all; throws when the agent ends by itself with an error.</summary>
    public async Task<Verdict> RunAsync()
    {
        var watch = Stopwatch.StartNew();
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync(Thing);
        WriteRecording(configuration);
        await using var proxy = new FaultProxy(cloud.Cloud.Host.Url(Listener.DynamoDb));
        var troubles = new CloudTroubles(cloud.Cloud.Faults, proxy, new Random(seed + 1));
        string[] settings = [$"dynamoDbEndpoint={proxy.Url}", "source.file=recording.ndjson", "source.repeat=false", "upload.maxDelaySeconds=0.2"];

        var socket = Path.Combine(Path.GetDirectoryName(configuration)!, "state", "device-agent.sock");
        var producers = Enumerable.Range(0, Producers).Select(n => new Producer(socket, _oracle, $"producer-{n}", new Random(seed + 2 + n))).ToList();
        using var stop = new CancellationTokenSource();
        var producing = producers.Select(p => p.RunAsync(stop.Token)).ToList();

        for (var kill = 1; kill <= kills; kill++)
        {
            troubles.Stir();
            await using (var agent = RunningAgent.Run(configuration, [.. settings, "source.speed=0.1", $"spool.groupCommitSeconds={_random.Next(3) * 0.1}"])) await LiveAsync(agent, proxy);
            if (kill % KillsBetweenReports == 0) say($"{kill} kills, {producers.Sum(p => p.Acknowledged)} readings acknowledged, {watch.Elapsed.TotalSeconds:F0} s");
        }

        await stop.CancelAsync();
        await Task.WhenAll(producing);
        troubles.End();
        var quiet = watch.Elapsed;
        await using (var last = RunningAgent.Run(configuration, [.. settings, "source.speed=0"]))
        {
            var exit = await last.WaitForExitAsync(_drain);
            Assert.True(exit == 0, $"the agent ended with {exit} after the torture:\n{last.Output}");
        }

        var verdict = _oracle.Judge(await cloud.ItemsAsync(Thing));
        say($"{kills} kills (seed {seed}), {Replayed} readings replayed at each start, {_oracle.Offered - Replayed} handed in by {Producers} programs, {producers.Sum(p => p.Acknowledged)} of them acknowledged");
        say($"{proxy.Connections} connections, {proxy.Struck} of them spoiled; {proxy.Puts} items sent for {verdict.Stored} stored; requests refused: {producers.Sum(p => p.Refused)}{producers.Select(p => p.LastRefusal).FirstOrDefault(r => r is not null)}");
        say($"{watch.Elapsed.TotalSeconds:F0} s, {(watch.Elapsed - quiet).TotalSeconds:F1} s of it the drain at the end");
        say($"{verdict}");
        producers.ForEach(p => p.Dispose());
        return verdict;
    }

    /// <summary>Until the next kill: while the agent starts, at any moment, or while it uploads.</summary>
    private async Task LiveAsync(RunningAgent agent, FaultProxy proxy)
    {
        var longest = _random.Next(3) switch { 0 => _starting, 1 => _longestLife, _ => _uploading };
        if (longest == _uploading) await ConnectedAsync(proxy, proxy.Connections);
        await Task.Delay(longest * _random.NextDouble(), TimeProvider.System);
        Assert.False(agent.HasExited, $"seed {seed}: the agent ended by itself:\n{agent.Output}");
    }

    /// <summary>Waits for the next connection to the cloud; not for long, as the credentials may be late.</summary>
    private static async Task ConnectedAsync(FaultProxy proxy, int before)
    {
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (proxy.Connections == before && !enough.IsCancellationRequested) await poll.WaitForNextTickAsync(CancellationToken.None);
    }

    private void WriteRecording(string configuration)
    {
        var lines = new List<string>();
        for (var number = 0; number < Replayed; number++)
        {
            lines.Add(_oracle.Offer("replayed", number));
            _oracle.Owe("replayed", number);
        }

        File.WriteAllLines(Path.Combine(Path.GetDirectoryName(configuration)!, "recording.ndjson"), lines);
    }
}
