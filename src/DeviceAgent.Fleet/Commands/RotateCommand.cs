using System.CommandLine;
using System.Globalization;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Fleet.Aws;
using DeviceAgent.Fleet.Checks;
using DeviceAgent.Fleet.Rotation;
using DeviceAgent.Fleet.Things;

namespace DeviceAgent.Fleet.Commands;

/// <summary><c>device-fleet rotate</c>.</summary>
internal static class RotateCommand
{
    public static Command Create(AccountOptions account)
    {
        var alias = new Argument<string>("alias") { Description = "The role alias that the things are to have." };
        var (group, things) = (Selecting.GroupOption(), Selecting.ThingsOption());
        var canary = new Option<string>("--canary") { Description = "Who goes first: a share (5%), a number, 0 for nobody, or names with commas between.", HelpName = "who", DefaultValueFactory = _ => "5%" };
        var rate = new Option<string>("--rate") { Description = "Things a minute.", HelpName = "rate", DefaultValueFactory = _ => "50/min" };
        var abort = new Option<string>("--abort") { Description = "AWS stops asking when so many of those that have ended did not succeed.", HelpName = "share", DefaultValueFactory = _ => "10%" };
        var probation = new Option<string>("--probation") { Description = "From the last canary's success until the fleet is asked.", HelpName = "time", DefaultValueFactory = _ => "10m" };
        var timeout = new Option<string>("--canary-timeout") { Description = "For so long a canary may not begin.", HelpName = "time", DefaultValueFactory = _ => "1h" };
        var expires = new Option<string>("--expires") { Description = "A device that finds the job later rejects it.", HelpName = "time", DefaultValueFactory = _ => "30d" };
        var watch = new Option<bool>("--watch", "-w") { Description = "Goes on with a rotation to this alias that is under way instead of refusing." };
        var detach = new Option<bool>("--detach") { Description = "Starts and leaves. The fleet is asked only when somebody watches." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Says what would be done, and does nothing." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Does not ask." };
        var noCheck = new Option<bool>("--no-check") { Description = "Does not run `check` before." };
        var command = new Command("rotate", "Rotates things to another role alias: canaries first, then, when they have proven it and their probation is over, the rest.")
        {
            alias, group, things, canary, rate, abort, probation, timeout, expires, watch, detach, dryRun, yes, noCheck,
        };
        return account.Add(command, async (parsed, fleet, cancellationToken) =>
        {
            var (to, named, output) = (parsed.GetValue(alias)!, Selecting.Names(parsed.GetValue(things)), fleet.Screen.Out);
            Selecting.MustBeOne(parsed.GetValue(group), named);
            if (!Periods.TryParseRate(parsed.GetValue(rate)!, out var perMinute)) throw new UsageException($"--rate {parsed.GetValue(rate)}: write 60/min, from 1/min to 1000/min.");
            if (!Periods.TryParsePercentage(parsed.GetValue(abort)!, out var percentage) || percentage < 1) throw new UsageException($"--abort {parsed.GetValue(abort)}: write a share from 1% to 100%, e.g. 10%.");
            var (wish, hold, patience, lasts) = (parsed.GetValue(canary)!, Period(parsed, probation, TimeSpan.FromDays(7)), Period(parsed, timeout, TimeSpan.FromDays(30)), Period(parsed, expires, TimeSpan.FromDays(365)));
            CanaryChoice.MustBeWish(wish, named);
            if (lasts <= hold + patience) throw new UsageException($"--expires {parsed.GetValue(expires)}: the others could find the job too late: it must be longer than --probation and --canary-timeout together ({DurationText.Of(hold + patience)}).");
            var store = new RotationStore(fleet.Jobs, fleet.Registry, fleet.States);
            var follower = new RotationFollower(fleet, store);

            var conflicts = new RotationConflicts(fleet, store);
            var selection = await ThingSelection.FindAsync(fleet.Registry, parsed.GetValue(group), named, cancellationToken).ConfigureAwait(false);
            if (await conflicts.FindAsync(selection.Names, null, cancellationToken).ConfigureAwait(false) is { Plan: { } other })
            {
                if (other.Alias == to && parsed.GetValue(watch)) return await follower.FollowAsync(other.Name, cancellationToken).ConfigureAwait(false);
                await fleet.Screen.Error.WriteLineAsync($"device-fleet: a rotation of {other.Target} to {other.Alias}, {other.Name}, is under way, and has things of {selection} too. Go on with it: device-fleet watch {other.Name}; or end it: device-fleet abort {other.Name}").ConfigureAwait(false);
                return ExitCode.NotOver;
            }

            var states = await fleet.States.ReadAsync(selection.Names, cancellationToken).ConfigureAwait(false);
            var left = states.Where(s => s.Alias != to).ToList();
            if (left.Count == 0)
            {
                await output.WriteLineAsync($"Every thing is on {to} already in {selection}.").ConfigureAwait(false);
                return ExitCode.Ok;
            }

            if (left.Count > NewJob.MaxTargets && selection.Group is null) throw new UsageException($"More than {NewJob.MaxTargets} things need a group: AWS takes no more by name.");
            var plan = new RotationPlan(RotationPlan.NameOf(to, fleet.Now), to, [.. left.Select(s => s.Alias).OfType<string>().Distinct().Order(StringComparer.Ordinal)], selection.Group, selection.Group is null ? selection.Names : [])
            {
                Count = left.Count,
                PerMinute = perMinute,
                AbortPercentage = percentage,
                Probation = hold,
                CanaryTimeout = patience,
                Expires = fleet.Now + lasts,
            };
            plan.Description();
            var canaries = CanaryChoice.Of(wish, left, new StateView(fleet.Now, TimeSpan.FromHours(2), to));
            if (!parsed.GetValue(noCheck))
            {
                var report = await new AliasCheck(fleet).RunAsync(to, [.. left.Select(s => s.Name)], cancellationToken).ConfigureAwait(false);
                await report.WriteAsync(fleet.Screen, onlyProblems: true).ConfigureAwait(false);
                if (report.Fails)
                {
                    await fleet.Screen.Error.WriteLineAsync("device-fleet: nothing was begun. Mend it, or --no-check.").ConfigureAwait(false);
                    return ExitCode.CheckFailed;
                }
            }

            foreach (var line in Announcement(plan, left, canaries)) await output.WriteLineAsync(line).ConfigureAwait(false);
            if (parsed.GetValue(dryRun)) return ExitCode.Ok;
            if (!await Confirming.AskAsync(fleet, parsed.GetValue(yes), "Begin?", cancellationToken).ConfigureAwait(false)) return ExitCode.Ok;

            var stage = canaries.Count > 0 ? RotationStage.Canary : RotationStage.Fleet;
            if (!await store.BeginAsync(plan, stage, 1, canaries.Count > 0 ? canaries : [.. left.Select(s => s.Name)], cancellationToken).ConfigureAwait(false))
                throw new AwsException($"There is a rotation {plan.Name} already: another operator began it this second. See: device-fleet watch {plan.Name}");
            if (await conflicts.FindOlderAsync(plan, selection.Names, cancellationToken).ConfigureAwait(false) is { Plan: { } older })
            {
                if (await store.FindAsync(plan.Name, cancellationToken).ConfigureAwait(false) is { } own) await store.CancelActiveAsync(own, RotationJob.Withdrawn, $"{older.Name} was begun before", cancellationToken).ConfigureAwait(false);
                await fleet.Screen.Error.WriteLineAsync($"device-fleet: another operator began a rotation of {older.Target} to {older.Alias} at the same moment, and a little before: {older.Name}. {plan.Name} has withdrawn: its job is cancelled; a thing that has begun already finishes. See: device-fleet watch {older.Name}").ConfigureAwait(false);
                return ExitCode.NotOver;
            }

            await output.WriteLineAsync($"Rotation {plan.Name} has begun. To go on with it from anywhere: device-fleet watch {plan.Name}").ConfigureAwait(false);
            return parsed.GetValue(detach) ? ExitCode.NotOver : await follower.FollowAsync(plan.Name, cancellationToken).ConfigureAwait(false);
        });
    }

    internal static IEnumerable<string> Announcement(RotationPlan plan, IReadOnlyList<ThingState> left, IReadOnlyList<string> canaries)
    {
        var rest = left.Count - canaries.Count;
        var from = string.Join(", ", left.GroupBy(s => s.Alias ?? "(never reported)").OrderByDescending(g => g.Count()).Select(g => $"{g.Count()} on {g.Key}"));
        yield return $"{plan.Target}: {Counted.Of(left.Count, "thing")} to rotate to {plan.Alias} ({from})";
        yield return canaries.Count > 0
            ? $"  1. canaries: {string.Join(", ", canaries)}; probation {DurationText.Of(plan.Probation)}; the first failure stops everything"
            : "  1. no canaries";
        if (rest > 0) yield return string.Create(CultureInfo.InvariantCulture, $"  2. the other {rest}, {plan.PerMinute} a minute (at least {DurationText.Of(TimeSpan.FromMinutes((double)rest / plan.PerMinute!.Value))}); AWS stops when {plan.AbortPercentage}% of those that have ended (at least {Math.Min(5, rest)}) did not succeed");
        else yield return "  2. nobody is left: every thing is a canary";
        if (plan.From.Count > 1) yield return "  They are on more than one alias: rollback will need --to.";
    }

    /// <summary>With its unit: <c>10</c> may be meant as minutes.</summary>
    private static TimeSpan Period(ParseResult parsed, Option<string> option, TimeSpan longest)
    {
        var text = parsed.GetValue(option)!;
        if (!Periods.TryParse(text, out var period) || char.IsAsciiDigit(text.Trim()[^1])) throw new UsageException($"{option.Name} {text} is no time with its unit: write 90s, 10m, 2h or 30d.");
        return period <= longest ? period : throw new UsageException($"{option.Name} {text} is too long: at most {longest.TotalDays.ToString(CultureInfo.InvariantCulture)}d.");
    }
}
