using System.Diagnostics;
using DeviceAgent.Rigs.Durability;
using DeviceAgent.Rigs.Support;

namespace DeviceAgent.Rigs.Hostile;

/// <summary>
/// One agent among hostile neighbours: floods of both ports, while a good client asks once a second and producers hand in readings. None of the good client's
/// questions may stay unanswered, memory and log stay bounded, and nothing acknowledged is lost.
/// </summary>
internal sealed class HostileRun(TimeSpan duration, int seed, Action<string> say)
{
    private const string Thing = "thermostat-01";

    /// <summary>Held at once by the two floods together.</summary>
    private const int Connections = 10_000;

    /// <summary>What the unit allows (MemoryMax=).</summary>
    private const long MostMemory = 128 * 1024 * 1024;

    /// <summary>Of one kind in a minute (RepetitionLimit), and a few kinds.</summary>
    private const int MostLinesAMinute = 300;

    private static readonly TimeSpan _rhythm = TimeSpan.FromSeconds(1);

    private readonly Oracle _oracle = new();

    public async Task<bool> RunAsync()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync(Thing);
        var state = Path.Combine(Path.GetDirectoryName(configuration)!, "state");
        var (credentials, readings) = (FreePort.Next(), FreePort.Next());
        string[] settings = ["source.kind=stdin", $"credentials.port={credentials}", $"endpoint.port={readings}", "upload.maxDelaySeconds=0.2"];
        await using var agent = RunningAgent.Run(configuration, settings);
        foreach (var port in new[] { credentials, readings }) await agent.WaitForOutputAsync($"are answered on port {port} of 127.0.0.1");
        await agent.WaitForOutputAsync("AWS credentials ASIA");
        var path = DeviceAgent.Local.ClientToken.PathOf(Directory.CreateDirectory(Path.Combine(state, "clients")).FullName, "good");
        DeviceAgent.Local.ClientToken.Create(path);

        var good = new GoodClient(credentials, await File.ReadAllTextAsync(path));
        var (descriptors, memory, idle, linesBefore) = (0, 0L, ProcessFigures.Descriptors(agent.ProcessId), Lines(agent));
        using var producer = new Producer(Path.Combine(state, "device-agent.sock"), _oracle, "producer", new Random(seed)) { Pause = TimeSpan.FromMilliseconds(100) };
        await using var first = new Flood(credentials, Connections / 2);
        await using var second = new Flood(readings, Connections / 2);
        var watch = Stopwatch.StartNew();
        using (var stop = new CancellationTokenSource(duration))
        {
            first.Start();
            second.Start();
            var producing = producer.RunAsync(stop.Token);
            using var rhythm = new PeriodicTimer(_rhythm);
            while (!stop.IsCancellationRequested && !agent.HasExited)
            {
                await good.AskAsync();
                descriptors = Math.Max(descriptors, ProcessFigures.Descriptors(agent.ProcessId));
                memory = Math.Max(memory, ProcessFigures.Resident(agent.ProcessId));
                await rhythm.WaitForNextTickAsync(CancellationToken.None);
            }

            await producing;
        }

        var (held, tried, lines) = (first.Held + second.Held, first.Tried + second.Tried, Lines(agent) - linesBefore);
        var ended = agent.HasExited;
        agent.Input.Close();
        var exit = await agent.WaitForExitAsync();
        var verdict = _oracle.Judge(await cloud.ItemsAsync(Thing));
        var mostLines = MostLinesAMinute * (1 + (int)watch.Elapsed.TotalMinutes);
        say($"""
            {watch.Elapsed.TotalSeconds:F0} s among hostile neighbours (seed {seed}):
              connections tried {tried}, held by the floods at the end {held}
              good client: {good.Asked} asked, {good.Failures.Count} unanswered, slowest {good.Slowest.TotalMilliseconds:F0} ms{string.Concat(good.Failures.Take(5).Select(f => $"\n    {f}"))}
              descriptors of the agent: {idle} idle, {descriptors} at most
              memory: {memory / (1024 * 1024)} MB at most (bound {MostMemory / (1024 * 1024)} MB)
              log: {lines} lines (bound {mostLines})
              {verdict}
              exit code {exit}{(ended ? ", before it was asked to end" : "")}
            """);
        return !ended && exit == 0 && good is { Asked: > 0, Failures.Count: 0 } && (memory <= MostMemory || !RunningAgent.IsNative) && lines <= mostLines && verdict is { IsGood: true, Owed: > 0 };
    }

    private static int Lines(RunningAgent agent) => agent.Output.Count(c => c == '\n');
}
