using System.CommandLine;
using System.Diagnostics;
using DeviceAgent.IntegrationTests.Faults;

namespace DeviceAgent.IntegrationTests.Durability;

/// <summary>The command line of <c>scripts/torture.sh</c>.</summary>
internal static class TortureCommand
{
    public static Task<int> RunAsync(string[] arguments)
    {
        var step = new Option<int>("--sweep-step") { Description = "Bytes between two cuts.", DefaultValueFactory = _ => 1 };
        var sweep = new Command("sweep", "Breaks an upload after every n-th byte of request and response.") { step };
        sweep.SetAction(parsed => SweepAsync(parsed.GetValue(step)));
        return new RootCommand("Tortures the agent and judges the table.") { sweep }.Parse(arguments).InvokeAsync();
    }

    private static async Task<int> SweepAsync(int step)
    {
        var good = true;
        foreach (var direction in Enum.GetValues<Direction>())
        {
            var watch = Stopwatch.StartNew();
            await using var sweep = await ResetSweep.StartAsync();
            var cuts = await sweep.RunAsync(direction, Ending.Reset, step);
            var verdict = await sweep.JudgeAsync();
            good &= verdict.IsGood;
            Console.WriteLine($"sweep {direction}: {cuts} resets, {sweep.SentAgain} items sent again, {watch.Elapsed.TotalSeconds:F0} s; {verdict}");
        }

        return good ? 0 : 1;
    }
}
