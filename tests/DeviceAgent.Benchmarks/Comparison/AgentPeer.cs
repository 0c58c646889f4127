using System.Diagnostics;
using System.Globalization;
using DeviceAgent.Rigs.Durability;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed.Demo;

namespace DeviceAgent.Benchmarks.Comparison;

/// <summary>The agent that TEST_AGENT_COMMAND names, whole: spool on disk, MQTT, local endpoints.</summary>
internal sealed class AgentPeer(string name, Stage stage) : Peer("agent", name)
{
    private const int Clients = 4;
    private const int GetsOfAClient = 30;

    private readonly string[] _under = stage.Core is { } core ? ["taskset", "-c", core.ToString(CultureInfo.InvariantCulture)] : [];
    private string? _backlog;
    private int _states;

    public override MeasuredProcess StartStream() => Start(NewState(), "source.kind=stdin", "upload.maxDelaySeconds=0");

    public override MeasuredProcess StartIdle() =>
        Start(NewState(), "source.kind=simulated", "source.intervalSeconds=60", "upload.maxDelaySeconds=0", $"credentials.port={FreePort.Next()}");

    public override MeasuredProcess StartWriting(string file, int batch) => Start(NewState(), [.. Replay(file), $"upload.batchSize={batch}"]);

    public override async Task<IReadOnlyList<double>> FetchAsync(int times)
    {
        var state = NewState();
        await using var agent = RunningAgent.Run(stage.Configuration, Settings(state, ["source.kind=stdin"]), null, _under);
        await agent.WaitForOutputAsync("AWS credentials");
        await agent.WaitForOutputAsync("device-agent.sock");
        using var http = UnixHttp.Client(Path.Combine(state, "device-agent.sock"));
        return await TimeAsync(times, async () =>
        {
            using var answer = await http.PostAsync(new Uri("/v1/credentials/refresh", UriKind.Relative), null);
            answer.EnsureSuccessStatusCode();
        });
    }

    public override async Task<IReadOnlyList<double>?> CachedGetAsync()
    {
        var state = NewState();
        var port = FreePort.Next();
        string[] settings = [.. Settings(state, ["source.kind=stdin", $"credentials.port={port}"])];
        await using var agent = RunningAgent.Run(stage.Configuration, settings, null, _under);
        await agent.WaitForOutputAsync("AWS credentials");
        await agent.WaitForOutputAsync($"port {port} of 127.0.0.1");
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        var times = new List<double>();
        for (var n = 0; n < Clients; n++)
        {
            var token = await LocalClient.AddAsync(stage.Configuration, $"client-{n}", settings);
            times.AddRange(await TimeAsync(GetsOfAClient, async () =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/credentials");
                request.Headers.TryAddWithoutValidation("Authorization", token);
                using var answer = await http.SendAsync(request);
                answer.EnsureSuccessStatusCode();
                await answer.Content.ReadAsByteArrayAsync();
            }));
        }

        return times;
    }

    public override async Task<MeasuredProcess?> StartDrainAsync(string file)
    {
        _backlog ??= await PileUpAsync(file);
        var state = NewState();
        (await Command.RunAsync("cp", ["-a", _backlog, state])).Succeeded();
        var agent = Start(state, "source.kind=stdin");
        agent.Input.Close();
        return agent;
    }

    /// <summary>A state directory with the file's readings in the spool: none of them could be sent.</summary>
    private async Task<string> PileUpAsync(string file)
    {
        var readings = File.ReadLines(file).Count();
        var state = NewState();
        await using var agent = RunningAgent.Run(stage.Configuration, [.. Settings(state, Replay(file)), $"dynamoDbEndpoint=http://127.0.0.1:{FreePort.Next()}"], null, _under);
        await agent.WaitForOutputAsync("device-agent.sock");
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while ((await MetricsPage.ReadAsync(Path.Combine(state, "device-agent.sock"))).Sum("readings_committed_total") < readings) await poll.WaitForNextTickAsync();
        if (await agent.TerminateAsync() != 0) throw new InvalidOperationException($"The agent did not end well:\n{agent.Output}");
        return state;
    }

    private MeasuredProcess Start(string state, params IEnumerable<string> settings)
    {
        var info = AgentProcess.StartInfo(["run", "--config", stage.Configuration, .. Settings(state, settings).SelectMany(s => new[] { "--set", s })]);
        return MeasuredProcess.Start([info.FileName, .. info.ArgumentList], new Dictionary<string, string>(), stage.Core);
    }

    private IEnumerable<string> Settings(string state, IEnumerable<string> settings) =>
        [$"stateDirectory={state}", $"dynamoDbEndpoint={stage.DynamoDb.Url}", .. settings];

    private static string[] Replay(string file) => ["source.kind=replay", $"source.file={file}", "source.speed=0", "source.repeat=false"];

    private string NewState() => Path.Combine(stage.Folder, $"state-{_states++}");

    private static async Task<List<double>> TimeAsync(int times, Func<Task> ask)
    {
        var all = new List<double>();
        await ask();
        for (var n = 0; n < times; n++)
        {
            var begun = Stopwatch.GetTimestamp();
            await ask();
            all.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }

        return all;
    }
}
