using DeviceAgent.Clock;
using System.Diagnostics;
using System.Globalization;
using DeviceAgent.Spool;
using DeviceAgent.Timing;

namespace DeviceAgent.Tests.Spool;

/// <summary>
/// Kills a process that writes a spool at its n-th sync, for every n, and fails the n-th sync with EIO. strace does both; without it, or
/// where it may not trace, these tests fail: install strace.
/// </summary>
public sealed class CrashPointTests : IDisposable
{
    private const int Readings = 40;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Kill_AtEachSync_LosesNothingThatWasAcknowledged()
    {
        var whole = await RunAsync(0, "");
        Assert.Equal((0, Readings), (whole.ExitCode, whole.Acknowledged.Count));
        for (var sync = 1; ; sync++)
        {
            var run = await RunAsync(sync, $"inject=fdatasync,fsync:signal=KILL:when={sync}");
            await VerifyAsync(run.Path, run.Acknowledged, $"killed at sync {sync}");
            if (run.ExitCode != 0) continue;
            Assert.InRange(sync, 8, 100);
            return;
        }
    }

    [Fact]
    public async Task Fault_OfOneSync_LosesAndDoublesNothing()
    {
        for (var sync = 1; sync <= 9; sync += 2)
        {
            var run = await RunAsync(sync, $"inject=fdatasync,fsync:error=EIO:when={sync}");
            Assert.Equal(0, run.ExitCode);
            Assert.Equal(Readings, await VerifyAsync(run.Path, run.Acknowledged, $"EIO at sync {sync}"));
        }
    }

    /// <summary>Runs the writer, which prints the number of each reading that is on the medium.</summary>
    private async Task<(int ExitCode, string Path, IReadOnlyList<int> Acknowledged)> RunAsync(int number, string injection)
    {
        var path = _folder.File($"{(injection.Contains("KILL", StringComparison.Ordinal) ? "kill" : "fault")}-{number}.db");
        var start = new ProcessStartInfo("strace") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_ThreadPool_ForceMaxWorkerThreads"] = "1";
        string[] trace = ["-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", .. injection.Length == 0 ? Array.Empty<string>() : ["-e", injection]];
        string[] writer = ["dotnet", "exec", typeof(CrashPointTests).Assembly.Location, SpoolWriter.Argument, path, Readings.ToString(CultureInfo.InvariantCulture)];
        foreach (var argument in trace.Concat(writer)) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync();
        Assert.True(injection.Length > 0 || process.ExitCode == 0, $"strace cannot run the writer: {await errors}");

        // What a kill tore is not a line.
        var lines = output.Split('\n')[..^1];
        return (process.ExitCode, path, [.. lines.Select(l => int.Parse(l, CultureInfo.InvariantCulture))]);
    }

    private static async Task<int> VerifyAsync(string path, IReadOnlyList<int> acknowledged, string when)
    {
        using var metrics = new CountedMetrics();
        var logger = new RecordingLogger<SqliteSpool>();
        await using var spool = new SqliteSpool(path, SpoolWriter.Options, BootClock.Current(TimeProvider.System), metrics.Metrics, new LoopWatch(TimeProvider.System), logger);
        var records = await spool.PeekAsync(new SpoolQuery(int.MaxValue), CancellationToken.None);
        var found = records.Select(r => int.Parse(SpoolBench.Text(r), CultureInfo.InvariantCulture)).ToList();
        Assert.True(found.SequenceEqual(Enumerable.Range(0, found.Count)), $"{when}: {string.Join(' ', found)}");
        Assert.True(acknowledged.All(found.Contains), $"{when}: acknowledged {string.Join(' ', acknowledged)}, found {string.Join(' ', found)}");

        // Killed while it is being made, a file may be empty.
        Assert.True(spool.Status.Quarantined == 0 || found.Count == 0, when);
        return found.Count;
    }
}
