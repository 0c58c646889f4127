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

        var kills = new Option<int>("--kills") { Description = "How often the agent is killed.", DefaultValueFactory = _ => 1000 };
        var seed = new Option<int>("--seed") { Description = "Chooses the moments and the faults; printed, so that a run can be repeated.", DefaultValueFactory = _ => Random.Shared.Next() };
        var kill = new Command("kill", "Kills the agent at random moments.") { kills, seed };
        kill.SetAction(async parsed => (await new KillTorture(parsed.GetValue(kills), parsed.GetValue(seed), Console.WriteLine).RunAsync()).IsGood ? 0 : 1);
        var cuts = new Option<int>("--cuts") { Description = "How often the power fails.", DefaultValueFactory = _ => 20 };
        var power = new Command("power-cuts", "Cuts the power at random moments; needs root.") { cuts, seed };
        power.SetAction(async parsed => (await new PowerCuts(parsed.GetValue(cuts), parsed.GetValue(seed), Console.WriteLine).RunAsync()).IsGood ? 0 : 1);
        var seconds = new Option<int>("--seconds") { Description = "How long is measured.", DefaultValueFactory = _ => 120 };
        var wear = new Command("wear", "Measures what reaches the flash for each reading; needs root.") { seconds };
        wear.SetAction(parsed => FlashWear.MeasureAsync(TimeSpan.FromSeconds(parsed.GetValue(seconds)), Console.WriteLine));
        var full = new Option<int>("--seconds") { Description = "How long the disk is full.", DefaultValueFactory = _ => 60 };
        var disk = new Command("disk-full", "Fills the disk for a while; needs root.") { full };
        disk.SetAction(async parsed => (await new DiskFull(TimeSpan.FromSeconds(parsed.GetValue(full)), Console.WriteLine).RunAsync()).IsGood ? 0 : 1);
        var length = new Option<int>("--seconds") { Description = "How long the troubles last.", DefaultValueFactory = _ => 120 };
        var troubles = new Command("troubles", "Lets network and cloud go wrong at random.") { length, seed };
        troubles.SetAction(async parsed => (await new OracleRun(TimeSpan.FromSeconds(parsed.GetValue(length)), parsed.GetValue(seed), Console.WriteLine).RunAsync()).IsGood ? 0 : 1);
        return new RootCommand("Tortures the agent and judges the table.") { sweep, kill, power, disk, troubles, wear }.Parse(arguments).InvokeAsync();
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
