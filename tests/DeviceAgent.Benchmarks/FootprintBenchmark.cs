using System.Diagnostics;
using System.Globalization;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using DeviceAgent.Testbed;
using DeviceAgent.Testbed.Demo;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.Benchmarks;

/// <summary>
/// What the agent costs its device: <c>footprint RUNS IDLE-SECONDS</c>, for the agent that TEST_AGENT_COMMAND names. Prints one line of four
/// figures: <c>--help</c> and start to first stored reading in ms (medians), resident memory when idle (RSS/PSS in MB), CPU seconds for
/// 10,000 readings, the start included. docs/footprint.md has the method; scripts/footprint.sh makes its table.
/// </summary>
internal static class FootprintBenchmark
{
    private const string Thing = "thermostat-01";
    private const int Readings = 10_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly DateTime _day = new(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc);

    public static async Task RunAsync(int runs, TimeSpan idle, TextWriter output)
    {
        var folder = Directory.CreateTempSubdirectory("device-agent-benchmark-");
        try
        {
            await using var cloud = await Cloud.StartAsync(new TestbedOptions { PortBase = 0 }, folder.FullName, CancellationToken.None);
            using var dynamoDb = cloud.CreateOperatorDynamoDb();
            await using var device = await DemoDevice.PrepareAsync(Thing, cloud, dynamoDb, CancellationToken.None);
            var configuration = Path.Combine(DeviceFolder.PathOf(folder.FullName, Thing), "agent.json");

            var help = new List<double>();
            for (var i = 0; i < runs; i++) help.Add(await TimeAsync("--help"));
            var first = new List<double>();
            for (var i = 0; i < runs; i++) first.Add(await FirstStoredAsync(cloud, dynamoDb, configuration, i));
            var (rss, pss) = await IdleAsync(configuration, idle);
            var cpu = await CpuAsync(dynamoDb, configuration);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"| {Median(help):0} ms | {Median(first):0} ms | {rss:0.0} / {pss:0.0} MB | {cpu:0.00} s |"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static async Task<double> TimeAsync(params string[] arguments)
    {
        var begun = Stopwatch.GetTimestamp();
        using var process = Start(arguments);
        await process.WaitForExitAsync();
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }

    /// <summary>From the start of the process until the table holds the reading, with a state folder that is new. The table is looked at from the moment credentials are given out.</summary>
    private static async Task<double> FirstStoredAsync(Cloud cloud, IAmazonDynamoDB dynamoDb, string configuration, int run)
    {
        var before = await CountAsync(dynamoDb);
        var issued = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Issued(string alias, object credentials) => issued.TrySetResult();
        cloud.Activity.Issued += Issued;
        try
        {
            var begun = Stopwatch.GetTimestamp();
            using var process = Start(["run", "--config", configuration, "--set", "source.kind=stdin", "--set", "upload.maxDelaySeconds=0", "--set", $"stateDirectory=state-{run}"]);
            try
            {
                await process.StandardInput.WriteLineAsync(Line(-1 - run));
                await process.StandardInput.FlushAsync();
                await issued.Task.WaitAsync(Patience);
                using var timeout = new CancellationTokenSource(Patience);
                using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
                while (await CountAsync(dynamoDb) == before) await poll.WaitForNextTickAsync(timeout.Token);

                return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            }
            finally
            {
                await EndAsync(process);
            }
        }
        finally
        {
            cloud.Activity.Issued -= Issued;
        }
    }

    /// <summary>The whole agent: a reading a minute, MQTT, the local endpoint.</summary>
    private static async Task<(double Rss, double Pss)> IdleAsync(string configuration, TimeSpan idle)
    {
        using var process = Start(
            ["run", "--config", configuration, "--set", "source.kind=simulated", "--set", "source.intervalSeconds=60", "--set", $"credentials.port={FreePort.Next()}", "--set", "stateDirectory=state-idle"]);
        try
        {
            await Task.Delay(idle, TimeProvider.System);
            var lines = await File.ReadAllLinesAsync($"/proc/{process.Id}/smaps_rollup");
            return (Of("Rss:"), Of("Pss:"));

            double Of(string name) => double.Parse(lines.Single(l => l.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1e6;
        }
        finally
        {
            await EndAsync(process);
        }
    }

    private static async Task<double> CpuAsync(IAmazonDynamoDB dynamoDb, string configuration)
    {
        var before = await CountAsync(dynamoDb);
        using var process = Start(["run", "--config", configuration, "--set", "source.kind=stdin", "--set", "stateDirectory=state-cpu"]);
        try
        {
            for (var i = 0; i < Readings; i++) await process.StandardInput.WriteLineAsync(Line(i));
            await process.StandardInput.FlushAsync();
            using var timeout = new CancellationTokenSource(Patience);
            using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
            while (await CountAsync(dynamoDb) < before + Readings) await poll.WaitForNextTickAsync(timeout.Token);
            return process.TotalProcessorTime.TotalSeconds;
        }
        finally
        {
            await EndAsync(process);
        }
    }

    /// <summary>A reading with a timestamp of its own: one that the agent gives could be that of a run within the same second (what tells it the time, the Date header, has no fractions).</summary>
    private static string Line(int n) => string.Create(
        CultureInfo.InvariantCulture, $$"""{"timestamp":"{{_day.AddSeconds(n):yyyy-MM-ddTHH:mm:ss.fffZ}}","temperature":{{20 + Math.Abs(n) % 50 / 10.0}},"humidity":{{40 + Math.Abs(n) % 30}},"co2":{{400 + Math.Abs(n) % 700}}}""");

    private static Process Start(string[] arguments)
    {
        var process = Process.Start(AgentProcess.StartInfo(arguments))!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task EndAsync(Process process)
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
    }

    private static async Task<int> CountAsync(IAmazonDynamoDB dynamoDb)
    {
        var count = 0;
        var request = new ScanRequest(Thing) { Select = Select.COUNT, ConsistentRead = true };
        do
        {
            var page = await dynamoDb.ScanAsync(request);
            count += page.Count ?? 0;
            request.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (request.ExclusiveStartKey is { Count: > 0 });
        return count;
    }
}
