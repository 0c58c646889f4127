using System.CommandLine;
using System.Diagnostics;
using DeviceAgent.Rigs.Faults;
using DeviceAgent.Rigs.Hostile;

namespace DeviceAgent.Rigs.Durability;

/// <summary>The command line behind <c>scripts/torture.sh</c>. The exit code is 0 when the oracle is content.</summary>
internal static class TortureCommand
{
    private static readonly Option<int> _seed = new("--seed")
    {
        Description = "Chooses the moments and the faults; printed, so that they can be chosen again.",
        DefaultValueFactory = _ => Random.Shared.Next(),
    };

    public static Task<int> RunAsync(string[] arguments) => new RootCommand("Tortures the agent and judges the table.")
    {
        Rig("sweep", "Resets an upload after every n-th byte of request and answer.", "--step", "Bytes between two resets.", 1, (step, _) => SweepAsync(step)),
        Rig("kill", "Kills the agent at random moments.", "--kills", "How often.", 1000, async (kills, seed) => (await new KillTorture(kills, seed, Console.WriteLine).RunAsync()).IsGood),
        Rig("commands", "Kills spool requeue, spool export, and the agent while it drops readings.", "--kills", "How often each.", 30, (kills, seed) => new CommandKills(kills, seed, Console.WriteLine).RunAsync()),
        Rig("power-cuts", "Cuts the power at random moments; needs root.", "--cuts", "How often.", 20, async (cuts, seed) => (await new PowerCuts(cuts, seed, Console.WriteLine).RunAsync()).IsGood),
        Rig("disk-full", "Fills the disk for a while; needs root.", "--seconds", "How long.", 60, (seconds, _) => DiskFullAsync(TimeSpan.FromSeconds(seconds))),
        Rig("troubles", "Lets network and cloud go wrong at random.", "--seconds", "How long.", 120, async (seconds, seed) => (await new OracleRun(TimeSpan.FromSeconds(seconds), seed, Console.WriteLine).RunAsync()).IsGood),
        Rig("drain", "Delivers a backlog to a table that throttles.", "--readings", "How many.", 100_000, async (readings, _) => (await new BacklogDrain(readings, Console.WriteLine).RunAsync()).IsGood),
        Rig("hostile", "Floods both ports while a good client asks; needs root.", "--seconds", "How long.", 600, (seconds, seed) => new HostileRun(TimeSpan.FromSeconds(seconds), seed, Console.WriteLine).RunAsync()),
        Rig("wear", "Measures what reaches the flash for each reading; needs root.", "--seconds", "How long.", 180, (seconds, _) => WearAsync(seconds)),
    }.Parse(arguments).InvokeAsync();

    private static Command Rig(string name, string description, string amountName, string amountDescription, int amount, Func<int, int, Task<bool>> run)
    {
        var option = new Option<int>(amountName) { Description = amountDescription, DefaultValueFactory = _ => amount };
        var command = new Command(name, description) { option, _seed };
        command.SetAction(async parsed => await run(parsed.GetValue(option), parsed.GetValue(_seed)) ? 0 : 1);
        return command;
    }

    private static async Task<bool> SweepAsync(int step)
    {
        var good = true;
        foreach (var direction in Enum.GetValues<Direction>())
        {
            var watch = Stopwatch.StartNew();
            await using var sweep = await ResetSweep.StartAsync();
            var resets = await sweep.RunAsync(direction, Ending.Reset, step);
            var verdict = await sweep.JudgeAsync();
            good &= verdict.IsGood;
            Console.WriteLine($"{direction}: {resets} resets, {sweep.SentAgain} items sent again, {watch.Elapsed.TotalSeconds:F0} s; {verdict}");
        }

        return good;
    }

    private static async Task<bool> DiskFullAsync(TimeSpan full)
    {
        var good = true;
        foreach (var isOnline in new[] { false, true }) good &= (await new DiskFull(full, isOnline, Console.WriteLine).RunAsync()).IsGood;
        return good;
    }

    private static async Task<bool> WearAsync(int seconds)
    {
        await FlashWear.MeasureAsync(TimeSpan.FromSeconds(seconds), Console.WriteLine);
        return true;
    }
}
