using System.Diagnostics;
using DeviceAgent.Rigs.Faults;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed.Faults;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.Rigs.Durability;

/// <summary>A backlog that piled up while there was no network is delivered to a table that throttles a fifth of the requests.</summary>
internal sealed class BacklogDrain(int readings, Action<string> say)
{
    private const string Thing = "thermostat-01";
    private const string Serial = "replayed";
    private const double Throttled = 0.2;
    private const string Telemetry = "purpose=\"telemetry\"";

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(20);

    private readonly Oracle _oracle = new();

    public async Task<Verdict> RunAsync()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync(Thing);
        var folder = Path.GetDirectoryName(configuration)!;
        var socket = Path.Combine(folder, "state", "device-agent.sock");
        await File.WriteAllLinesAsync(Path.Combine(folder, "recording.ndjson"), Enumerable.Range(0, readings).Select(Owed));
        await using var proxy = new FaultProxy(cloud.Cloud.Host.Url(Listener.DynamoDb));

        proxy.SetScript(() => ConnectionFault.Refused);
        await using (var offline = RunningAgent.Run(configuration, $"dynamoDbEndpoint={proxy.Url}", "source.file=recording.ndjson", "source.speed=0", "source.repeat=false"))
        {
            await offline.WaitForOutputAsync("Reading from");
            await CountAsync(socket, "readings_committed_total", offline);
            Assert.Equal(0, await offline.TerminateAsync());
        }

        proxy.Heal();
        cloud.Cloud.Faults.Update(f => f with { DynamoDb = new DynamoDbFaults { Throttle = new DynamoDbFault(Throttled) } });
        var watch = Stopwatch.StartNew();
        await using var agent = RunningAgent.Run(configuration, $"dynamoDbEndpoint={proxy.Url}", "source.kind=stdin");
        await agent.WaitForOutputAsync("Reading from");
        var page = await CountAsync(socket, "readings_uploaded_total", agent);
        var time = watch.Elapsed;
        agent.Input.Close();
        Assert.Equal(0, await agent.WaitForExitAsync());

        var verdict = _oracle.Judge(await cloud.ItemsAsync(Thing));
        say($"{readings} readings of backlog with {Throttled:P0} throttling: {time.TotalSeconds:F0} s ({readings / time.TotalSeconds:F0}/s), {page.Sum("upload_requests_total")} requests, {page.Sum("upload_throttled_total")} of them throttled, "
            + $"{(double)page.Sum("wire_bytes_sent_total", Telemetry) / readings:F0} bytes sent and {(double)page.Sum("wire_bytes_received_total", Telemetry) / readings:F0} received for each reading; {verdict}");
        return verdict;
    }

    private string Owed(int number)
    {
        _oracle.Owe(Serial, number);
        return _oracle.Offer(Serial, number);
    }

    /// <summary>Waits until the counter has reached the number of readings.</summary>
    private async Task<MetricsPage> CountAsync(string socket, string counter, RunningAgent agent)
    {
        using var timeout = new CancellationTokenSource(_patience);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        long seen = 0;
        try
        {
            while (true)
            {
                await poll.WaitForNextTickAsync(timeout.Token);
                if (!File.Exists(socket)) continue;
                var page = await MetricsPage.ReadAsync(socket);
                if ((seen = page.Sum(counter)) >= readings) return page;
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{counter} is {seen} of {readings}; the agent said:\n{agent.Output}");
            throw;
        }
    }
}
