using System.Diagnostics;
using System.Text.Json.Nodes;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed;
using DeviceAgent.Testbed.Demo;
using DeviceAgent.Testbed.Faults;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.Benchmarks;

/// <summary>
/// How long a program waits for credentials on credentials.port: eight at once, each with a token and a connection of its own for every
/// request, as most SDKs do it, 16 times a second each (the limit is 20), while the agent's own renewal succeeds, fails or hangs. The
/// time is from connecting to the last byte, as the client sees it; client, agent and testbed share the machine.
/// </summary>
internal static class LocalEndpointBenchmark
{
    private const int Callers = 8;
    private const string Thing = "thermostat-01";

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1.0 / 16);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(9);

    private static readonly (string Name, CredentialsFault Fault)[] Phases =
    [
        ("succeeds, every second", new CredentialsFault()),
        ("fails, every second", new CredentialsFault { Status = 500 }),
        ("hangs", new CredentialsFault { DelayMilliseconds = 60_000 }),
    ];

    public static async Task RunAsync(TextWriter output)
    {
        await output.WriteLineAsync("| the renewal | answers | p50 ms | p99 ms | max ms | not 200 |");
        await output.WriteLineAsync("|---|---|---|---|---|---|");
        foreach (var (name, fault) in Phases)
        {
            var answers = await MeasureAsync(fault);
            var times = answers.Where(a => a.Good).Select(a => a.Time.TotalMilliseconds).Order().ToList();
            await output.WriteLineAsync($"| {name} | {answers.Count} | {Percentile.Of(times, 0.5):0.00} | {Percentile.Of(times, 0.99):0.00} | {times[^1]:0.00} | {answers.Count - times.Count} |");
        }
    }

    private static async Task<List<(bool Good, TimeSpan Time)>> MeasureAsync(CredentialsFault fault)
    {
        var folder = Directory.CreateTempSubdirectory("device-agent-benchmark-");
        await using var cloud = await Cloud.StartAsync(new TestbedOptions { PortBase = 0 }, folder.FullName, CancellationToken.None);
        using var dynamoDb = cloud.CreateOperatorDynamoDb();
        await using (await DemoDevice.PrepareAsync(Thing, cloud, new TestbedOptions().ReadingsPerSecond, dynamoDb, CancellationToken.None))
        {
            var device = DeviceFolder.PathOf(folder.FullName, Thing);
            var port = FreePort.Next();
            var configuration = Configure(device, port);
            await using (AgentProcess.Start(configuration, TimeProvider.System))
            {
                var tokens = new List<string>();
                for (var i = 0; i < Callers; i++) tokens.Add(await LocalClient.AddAsync(configuration, $"caller-{i}"));
                await CallAsync(port, tokens, WarmUp);
                cloud.Faults.Update(f => f with { Credentials = fault });
                using var end = new CancellationTokenSource();
                var renewals = RenewAsync(Path.Combine(device, "state", "device-agent.sock"), end.Token);
                var answers = await CallAsync(port, tokens, Measured);
                await end.CancelAsync();
                await renewals.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cloud.Faults.Update(f => f with { Credentials = new CredentialsFault() });
                return answers;
            }
        }
    }

    private static string Configure(string device, int port)
    {
        var path = Path.Combine(device, "agent.json");
        var configuration = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        configuration["credentials"] = new JsonObject { ["port"] = port };
        File.WriteAllText(path, configuration.ToJsonString());
        return path;
    }

    private static async Task<List<(bool Good, TimeSpan Time)>> CallAsync(int port, List<string> tokens, TimeSpan duration)
    {
        using var http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(10), PooledConnectionLifetime = TimeSpan.Zero });
        var callers = tokens.Select(token => Task.Run(() => CallAsync(http, new Uri($"http://127.0.0.1:{port}/v1/credentials"), token, duration)));
        return [.. (await Task.WhenAll(callers)).SelectMany(a => a)];
    }

    private static async Task<List<(bool Good, TimeSpan Time)>> CallAsync(HttpClient http, Uri url, string token, TimeSpan duration)
    {
        var answers = new List<(bool, TimeSpan)>();
        using var pace = new PeriodicTimer(Pace);
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < duration && await pace.WaitForNextTickAsync();)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.TryAddWithoutValidation("Authorization", token);
            var sent = Stopwatch.GetTimestamp();
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead);
            answers.Add((response.IsSuccessStatusCode, Stopwatch.GetElapsedTime(sent)));
        }

        return answers;
    }

    /// <summary>Asks the agent to renew, again and again; one that hangs is waited for.</summary>
    private static async Task RenewAsync(string socket, CancellationToken end)
    {
        using var http = UnixHttp.Client(socket);
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1));
        do
        {
            using var answer = await http.PostAsync(new Uri("/v1/credentials/refresh", UriKind.Relative), null, end);
        }
        while (await pace.WaitForNextTickAsync(end));
    }
}
