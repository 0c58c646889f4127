using System.Diagnostics;
using System.Globalization;
using DeviceAgent.Benchmarks.Comparison;
using DeviceAgent.Testbed.Demo;

namespace DeviceAgent.Benchmarks;

/// <summary>
/// What one build of the agent costs its device: <c>footprint RUNS IDLE-SECONDS</c>, for the agent that TEST_AGENT_COMMAND names. Prints one line of four
/// figures: <c>--help</c> and start to first stored reading in ms (medians), memory when idle in MiB, CPU seconds for 10,000 readings, the start
/// included. Measured as <see cref="PeerComparison"/> does it; docs/footprint.md has the builds side by side (scripts/footprint.sh).
/// </summary>
internal static class FootprintBenchmark
{
    public static async Task RunAsync(int runs, TimeSpan idle, TextWriter output)
    {
        var help = new List<double>();
        for (var i = 0; i < runs; i++) help.Add(await TimeHelpAsync());
        var options = new ComparisonOptions { Peers = ["agent"], Runs = runs, Rows = ["first"] };
        var starts = await CompareAsync(options);
        var rest = await CompareAsync(options with { Runs = 1, Rows = ["idle", "batch"], Idle = idle });
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"| {help.Order().ElementAt(runs / 2):0} ms | {starts.Median(Row.FirstStored, "agent"):0} ms | {rest.Median(Row.IdleMemory, "agent"):0.0} MiB | {rest.Median(Row.BatchWhole, "agent"):0.00} s |"));
    }

    private static async Task<PeerComparison> CompareAsync(ComparisonOptions options)
    {
        var comparison = new PeerComparison(options, _ => { });
        await comparison.RunAsync();
        return comparison;
    }

    private static async Task<double> TimeHelpAsync()
    {
        var begun = Stopwatch.GetTimestamp();
        using var process = Process.Start(AgentProcess.StartInfo("--help"))!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await process.WaitForExitAsync();
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }
}
