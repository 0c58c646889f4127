using DeviceAgent.Clock;
using System.Globalization;
using System.Text;
using DeviceAgent.Spool;
using DeviceAgent.Timing;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Spool;

/// <summary>
/// The test assembly as a program of its own, to be killed: appends numbered readings, some alone and some in groups, and prints
/// each number when the reading is on the medium.
/// </summary>
internal static class SpoolWriter
{
    public const string Argument = "write-spool";

    public static SpoolOptions Options { get; } = new() { ReserveBytes = 0, QuotaBytes = 1024 * 1024, GroupCommitReadings = 5 };

    /// <summary>On the thread pool, which the tests limit to one thread: strace counts the syncs of each thread.</summary>
    public static Task<int> Main(string[] arguments) => Task.Run(() => RunAsync(arguments));

    private static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [Argument, var path, var count]) return 2;
        using var metrics = new CountedMetrics();
        await using var spool = new SqliteSpool(path, Options, BootClock.Current(TimeProvider.System), metrics.Metrics, new LoopWatch(TimeProvider.System), NullLogger<SqliteSpool>.Instance);
        await using var output = Console.OpenStandardOutput();
        var waiting = new List<(int Number, Task<AppendResult> Append)>();
        for (var i = 0; i < int.Parse(count, CultureInfo.InvariantCulture); i++)
        {
            var @class = i % 10 == 9 ? SpoolClass.Critical : SpoolClass.Normal;
            waiting.Add((i, spool.AppendAsync(SpoolBench.Entry(SpoolBench.Payload(i), @class, i), CancellationToken.None)));
            if (i % 5 != 4) continue;
            foreach (var (number, append) in waiting)
            {
                if (await append == AppendResult.Durable) await output.WriteAsync(Encoding.ASCII.GetBytes($"{number}\n"));
            }

            waiting.Clear();
        }

        return 0;
    }
}
