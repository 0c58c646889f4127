using System.Diagnostics;
using DeviceAgent.Rigs.Faults;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.Rigs.Durability;

/// <summary>Network and cloud go wrong at random for a while, other ways again and again; then they are quiet, and everything must be there.</summary>
internal sealed class OracleRun(TimeSpan duration, int seed, Action<string> say)
{
    private const string Thing = "thermostat-01";
    private const int Producers = 2;

    private static readonly TimeSpan _weather = TimeSpan.FromMilliseconds(400);

    private readonly Oracle _oracle = new();

    public async Task<Verdict> RunAsync()
    {
        var watch = Stopwatch.StartNew();
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync(Thing);
        await using var proxy = new FaultProxy(cloud.Cloud.Host.Url(Listener.DynamoDb));
        var socket = Path.Combine(Path.GetDirectoryName(configuration)!, "state", "device-agent.sock");
        var producers = Enumerable.Range(0, Producers).Select(n => new Producer(socket, _oracle, $"producer-{n}", new Random(seed + n)) { Pause = TimeSpan.FromMilliseconds(20) }).ToList();
        await using var agent = RunningAgent.Run(configuration, $"dynamoDbEndpoint={proxy.Url}", "source.kind=stdin", "upload.maxDelaySeconds=0.2", "spool.groupCommitSeconds=0.1");

        using (var stop = new CancellationTokenSource(duration))
        {
            var troubles = new CloudTroubles(cloud.Cloud.Faults, proxy, new Random(seed));
            var producing = producers.Select(p => p.RunAsync(stop.Token)).ToList();
            while (!stop.IsCancellationRequested)
            {
                troubles.Stir();
                await proxy.DropConnectionsAsync();
                await Task.Delay(_weather, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await Task.WhenAll(producing);
            troubles.End();
        }

        var quiet = watch.Elapsed;
        Assert.True(await producers[0].PostAsync(1), $"a fresh reading was not acknowledged: {producers[0].LastRefusal}");
        agent.Input.Close();
        var exit = await agent.WaitForExitAsync();
        Assert.True(exit == 0, $"the agent ended with {exit}:\n{agent.Output}");
        var verdict = _oracle.Judge(await cloud.ItemsAsync(Thing));
        say($"{duration.TotalSeconds:F0} s of troubles (seed {seed}), {(watch.Elapsed - quiet).TotalSeconds:F1} s to deliver all; {proxy.Connections} connections, {proxy.Struck} of them spoiled, {proxy.Puts} items sent; {verdict}");
        producers.ForEach(p => p.Dispose());
        return verdict;
    }
}
