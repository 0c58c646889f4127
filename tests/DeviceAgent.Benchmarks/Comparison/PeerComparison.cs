using System.Diagnostics;
using DeviceAgent.Rigs.Durability;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed.Signing;

namespace DeviceAgent.Benchmarks.Comparison;

/// <summary>Runs the agent and its peers in turn, each thing in each round, and keeps what was measured. docs/benchmarks.md has the method.</summary>
internal sealed class PeerComparison(ComparisonOptions options, Action<string> say)
{
    private const int Fetches = 8;
    private const double PerReadings = 10_000;
    private const double Mebibyte = 1024 * 1024;

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    private readonly Dictionary<(Row Row, string Peer), List<double>> _values = [];

    /// <summary>The measured values, in order; none where a peer has no such thing.</summary>
    public IReadOnlyList<double> Values(Row row, string peer) => _values.TryGetValue((row, peer), out var values) ? values : [];

    public double? Median(Row row, string peer) => Values(row, peer) is { Count: > 0 } values ? values.Order().ElementAt(values.Count / 2) : null;

    /// <returns>The names of those that were compared, by their keys.</returns>
    public async Task<IReadOnlyList<(string Key, string Name)>> RunAsync()
    {
        await using var stage = await Stage.OpenAsync(options.Core);
        var peers = Peers(stage).Where(p => options.Peers.Contains(p.Key)).ToList();
        for (var run = 0; run < options.Runs; run++)
        {
            // Nobody is always the one who comes after a certain other.
            List<Peer> order = [.. peers.Skip(run % peers.Count), .. peers.Take(run % peers.Count)];
            foreach (var (name, measure) in Measurements(stage).Where(m => options.Rows.Contains(m.Name)))
            {
                say($"run {run + 1} of {options.Runs}: {name}");
                foreach (var peer in order) await measure(peer);
            }

            if (options.Rows.Contains("idle")) await IdleAsync(stage, order);
        }

        if (options.Rows.Contains("flash") && options.Peers.Contains("agent")) await FlashAsync();
        return [.. peers.Select(p => (p.Key, p.Name))];
    }

    private List<Peer> Peers(Stage stage) =>
    [
        new ProgramPeer("cli", "curl + AWS CLI", [Repository.File("tests", "DeviceAgent.Benchmarks", "peers", "curl_and_cli.sh")], true, stage, new Dictionary<string, string> { ["AWS_CLI"] = options.AwsCli }),
        new ProgramPeer("boto3", "boto3", [options.Python, Repository.File("tests", "python", "benchmark_boto3.py")], false, stage, new Dictionary<string, string>()),
        new ProgramPeer("js", "JS SDK v3", ["node", Repository.File("tests", "node", "benchmark-sdk.mjs")], false, stage, new Dictionary<string, string>()),
        new ProgramPeer("dotnet", ".NET SDK loop", options.DotNetLoop, false, stage, new Dictionary<string, string>()),
        new AgentPeer("**the agent**", stage),
    ];

    private IEnumerable<(string Name, Func<Peer, Task> Measure)> Measurements(Stage stage) =>
    [
        ("first", peer => FirstAsync(stage, peer)),
        ("cached", async peer => NoteMedian(Row.CachedGet, peer, await peer.CachedGetAsync())),
        ("fetch", async peer => NoteMedian(Row.Fetch, peer, await peer.FetchAsync(Fetches))),
        ("batch", peer => BatchAsync(stage, peer)),
        ("single", peer => SingleAsync(stage, peer)),
        ("drain", peer => DrainAsync(stage, peer)),
    ];

    /// <summary>Seen by the servers: when the credentials had been given out, and when the reading had been read.</summary>
    private async Task FirstAsync(Stage stage, Peer peer)
    {
        var issued = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Issued(string alias, IssuedCredentials credentials) => issued.TrySetResult(Stopwatch.GetTimestamp());
        var arrivals = stage.DynamoDb.Begin();
        stage.Activity.Issued += Issued;
        try
        {
            await using var process = peer.StartStream();
            await process.Input.WriteLineAsync(Recording.Line(0));
            await process.Input.FlushAsync();
            try
            {
                Note(Row.FirstCredentials, peer, Stopwatch.GetElapsedTime(process.StartedAt, await issued.Task.WaitAsync(_patience)).TotalMilliseconds);
                Note(Row.FirstStored, peer, Stopwatch.GetElapsedTime(process.StartedAt, await arrivals.WaitAsync(1).WaitAsync(_patience)).TotalMilliseconds);
            }
            catch (TimeoutException)
            {
                throw new InvalidOperationException($"{peer.Name} stored nothing:\n{process.Output}");
            }
        }
        finally
        {
            stage.Activity.Issued -= Issued;
        }
    }

    /// <summary>All side by side: whoever is idle disturbs nobody. Each has stored a reading before.</summary>
    private async Task IdleAsync(Stage stage, List<Peer> peers)
    {
        say("idle");
        var arrivals = stage.DynamoDb.Begin();
        var running = new List<(Peer Peer, MeasuredProcess Process)>();
        try
        {
            foreach (var peer in peers)
            {
                if (peer.StartIdle() is { } process) running.Add((peer, process));
            }

            if (running.Count == 0) return;
            await arrivals.WaitAsync(running.Count).WaitAsync(_patience);
            await Task.Delay(options.Idle, TimeProvider.System);
            foreach (var (peer, process) in running) Note(Row.IdleMemory, peer, ProcessTree.Memory(process.Id) / Mebibyte);
        }
        finally
        {
            foreach (var (_, process) in running) await process.DisposeAsync();
        }
    }

    private async Task BatchAsync(Stage stage, Peer peer)
    {
        var (few, many) = peer.IsProcessPerRequest ? (Math.Max(1, options.Readings / 200), Math.Max(2, options.Readings / 200 * 3)) : (options.Readings, 2 * options.Readings);
        var small = await WriteAsync(stage, peer, few, Stage.BatchSize);
        var large = await WriteAsync(stage, peer, many, Stage.BatchSize);
        Note(Row.BatchWhole, peer, small.Used.Processor / few * PerReadings);
        Note(Row.BatchMargin, peer, (large.Used.Processor - small.Used.Processor) / (many - few) * PerReadings);
        Note(Row.BatchRate, peer, (many - few) / (large.Time - small.Time).TotalSeconds);
        Note(Row.PeakMemory, peer, large.Used.PeakMemory / Mebibyte);
        Note(Row.Wire, peer, (double)large.Bytes / many);
    }

    private async Task SingleAsync(Stage stage, Peer peer)
    {
        var few = Math.Max(1, options.Readings / (peer.IsProcessPerRequest ? 5000 : 10));
        var small = await WriteAsync(stage, peer, few, 1);
        var large = await WriteAsync(stage, peer, 3 * few, 1);
        Note(Row.SingleMargin, peer, (large.Used.Processor - small.Used.Processor) / (2 * few) * PerReadings);
    }

    private async Task DrainAsync(Stage stage, Peer peer)
    {
        var file = Recording.File(stage.Folder, options.Backlog);
        var arrivals = stage.DynamoDb.Begin();
        await using var process = await peer.StartDrainAsync(file);
        if (process is null) return;
        var (used, time, _) = await EndAsync(peer, process, arrivals, options.Backlog);
        Note(Row.Drain, peer, time.TotalSeconds);
        Note(Row.DrainProcessor, peer, used.Processor);
    }

    private static async Task<(Consumption Used, TimeSpan Time, long Bytes)> WriteAsync(Stage stage, Peer peer, int readings, int batch)
    {
        var file = Recording.File(stage.Folder, readings);
        var arrivals = stage.DynamoDb.Begin();
        await using var process = peer.StartWriting(file, batch);
        return await EndAsync(peer, process, arrivals, readings);
    }

    /// <summary>A figure counts only when every reading has arrived.</summary>
    private static async Task<(Consumption Used, TimeSpan Time, long Bytes)> EndAsync(Peer peer, MeasuredProcess process, Arrivals arrivals, int readings)
    {
        var used = await process.EndAsync();
        var arrived = arrivals.CountReadings();
        return arrived == readings
            ? (used, Stopwatch.GetElapsedTime(process.StartedAt, arrivals.LastAt), arrivals.Bytes)
            : throw new InvalidOperationException($"{arrived} of {readings} readings of {peer.Name} arrived:\n{process.Output}");
    }

    private async Task FlashAsync()
    {
        if (!Environment.IsPrivilegedProcess || options.Flash == TimeSpan.Zero)
        {
            say("flash: not measured, it mounts file systems and needs root");
            return;
        }

        say($"flash: {options.Flash.TotalSeconds:0} s");
        foreach (var wear in await FlashWear.MeasureAsync(options.Flash, [(0.1, 5), (1, 5)]))
            Note(wear.Interval < 1 ? Row.Flash10 : Row.Flash1, "agent", wear.Bytes);
    }

    private void NoteMedian(Row row, Peer peer, IReadOnlyList<double>? times)
    {
        if (times is not null) Note(row, peer, times.Order().ElementAt(times.Count / 2));
    }

    private void Note(Row row, Peer peer, double value)
    {
        Note(row, peer.Key, value);
        say($"  {peer.Key}: {row.Title}: {row.Write(value)}");
    }

    private void Note(Row row, string peer, double value)
    {
        if (!_values.TryGetValue((row, peer), out var values)) _values[(row, peer)] = values = [];
        values.Add(value);
    }
}
