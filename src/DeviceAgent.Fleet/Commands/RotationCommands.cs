using System.CommandLine;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Fleet.Aws;
using DeviceAgent.Fleet.Rotation;

namespace DeviceAgent.Fleet.Commands;

/// <summary>What can be done with a rotation that was begun, here or elsewhere: <c>watch</c>, <c>pause</c>, <c>resume</c>, <c>abort</c>, <c>rollback</c>.</summary>
internal static class RotationCommands
{
    private static readonly TimeSpan FinishPoll = TimeSpan.FromSeconds(1);

    public static Command Watch(AccountOptions account)
    {
        var name = new Argument<string?>("rotation") { Description = "Its name; without it the newest.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("watch", "Goes on with a rotation: shows how far it is, asks the fleet when the canaries' probation is over, and prints the summary in the end.") { name };
        return account.Add(command, async (parsed, fleet, cancellationToken) =>
        {
            var store = Store(fleet);
            var rotation = parsed.GetValue(name) ?? (await store.NewestAsync(cancellationToken).ConfigureAwait(false) is [var newest, ..] ? newest : throw new UsageException("There is no rotation in this account and region."));
            return await new RotationFollower(fleet, store).FollowAsync((await FindAsync(fleet, rotation, cancellationToken).ConfigureAwait(false)).Item2.Plan.Name, cancellationToken).ConfigureAwait(false);
        });
    }

    public static Command Pause(AccountOptions account) => Stop(
        account, "pause", "No further thing is asked; those that have begun finish. AWS IoT cannot hold a job: it is cancelled, and `resume` makes another for the rest.", RotationJob.Paused);

    public static Command Abort(AccountOptions account) => Stop(account, "abort", "No further thing is asked; those that have begun finish, and what is done stays.", RotationJob.Aborted);

    public static Command Resume(AccountOptions account)
    {
        var name = Named();
        var detach = new Option<bool>("--detach") { Description = "Starts and leaves. The fleet is asked only when somebody watches." };
        var command = new Command("resume", "Goes on with a rotation that was paused, aborted or stopped: another job for the things that do not have the alias.") { name, detach };
        return account.Add(command, async (parsed, fleet, cancellationToken) =>
        {
            var (store, state) = await FindAsync(fleet, parsed.GetValue(name)!, cancellationToken).ConfigureAwait(false);
            state = await StoppedAsync(fleet, store, state, cancellationToken).ConfigureAwait(false);
            switch (RotationRules.Next(state, fleet.Now))
            {
                case RotationStep.Over { End: RotationEnd.RolledBack }: throw new UsageException($"{state.Plan.Name} was rolled back: begin another with device-fleet rotate.");
                case RotationStep.Over:
                    await ResumeAsync(store, state, cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    await fleet.Screen.Out.WriteLineAsync($"{state.Plan.Name} is under way.").ConfigureAwait(false);
                    break;
            }

            return parsed.GetValue(detach) ? ExitCode.NotOver : await new RotationFollower(fleet, store).FollowAsync(state.Plan.Name, cancellationToken).ConfigureAwait(false);
        });
    }

    public static Command Rollback(AccountOptions account)
    {
        var name = Named();
        var to = new Option<string?>("--to") { Description = "The alias to go back to; without it the one that they had.", HelpName = "alias" };
        var yes = new Option<bool>("--yes", "-y") { Description = "Does not ask." };
        var detach = new Option<bool>("--detach") { Description = "Starts and leaves." };
        var command = new Command("rollback", "Gives the old alias back to all things that have the new one, and to those that are taking it. Nobody else is asked any more.") { name, to, yes, detach };
        return account.Add(command, async (parsed, fleet, cancellationToken) =>
        {
            var (store, state) = await FindAsync(fleet, parsed.GetValue(name)!, cancellationToken).ConfigureAwait(false);
            var old = parsed.GetValue(to) ?? (state.Plan.From.Count == 1
                ? state.Plan.From[0]
                : throw new UsageException($"The things were on {(state.Plan.From.Count == 0 ? "no alias that is known" : string.Join(" and ", state.Plan.From))}: say with --to which they are to have."));
            if (old == state.Plan.Alias) throw new UsageException($"{old} is the alias that {state.Plan.Name} gave: say with --to which one the things are to have instead.");
            await Selecting.MustBeAliasAsync(fleet, old, cancellationToken).ConfigureAwait(false);
            if (!await Confirming.AskAsync(fleet, parsed.GetValue(yes), $"Give {old} back to the things of {state.Plan.Target} that have {state.Plan.Alias}?", cancellationToken).ConfigureAwait(false)) return ExitCode.Ok;

            // Who has begun takes it soon, and who has just succeeded may not have reported it: both are told to go back as well, after that.
            await store.CancelActiveAsync(state, RotationJob.RolledBack, "rolled back by an operator", cancellationToken).ConfigureAwait(false);
            var executions = (await store.ExecutionsAsync(state, cancellationToken).ConfigureAwait(false)).Where(j => j.Job.Stage != RotationStage.Rollback).SelectMany(j => j.Executions);
            var (things, later) = RollbackChoice.Of(state.Plan, executions, await store.ThingsAsync(state.Plan, cancellationToken).ConfigureAwait(false), withLater: parsed.GetValue(to) is not null);
            foreach (var rotation in later.GroupBy(t => t.MovedBy!))
                await fleet.Screen.Out.WriteLineAsync($"Left alone: {string.Join(", ", rotation.Select(t => t.Name))}: {RotationPlan.Described(rotation.Key)} gave {state.Plan.Alias} anew. To take it back there too: --to {old}").ConfigureAwait(false);
            if (things.Count == 0)
            {
                await fleet.Screen.Out.WriteLineAsync($"No thing has {state.Plan.Alias}: nothing to take back.").ConfigureAwait(false);
                return ExitCode.Ok;
            }

            var number = state.NextNumber(RotationStage.Rollback);
            var plan = state.Plan with { From = [old] };
            foreach (var part in things.Chunk(NewJob.MaxTargets))
            {
                var job = plan.JobId(RotationStage.Rollback, number);
                await fleet.Screen.Out.WriteLineAsync(await store.BeginAsync(plan, RotationStage.Rollback, number++, part, cancellationToken).ConfigureAwait(false)
                    ? $"Job {job} gives {old} to {Counted.Of(part.Length, "thing")}."
                    : $"Job {job} is there already: another operator made it this moment. See: device-fleet watch {plan.Name}").ConfigureAwait(false);
            }

            return parsed.GetValue(detach) ? ExitCode.NotOver : await new RotationFollower(fleet, store).FollowAsync(plan.Name, cancellationToken).ConfigureAwait(false);
        });
    }

    private static Command Stop(AccountOptions account, string verb, string description, string reasonCode)
    {
        var name = Named();
        var command = new Command(verb, description) { name };
        return account.Add(command, async (parsed, fleet, cancellationToken) =>
        {
            var (store, state) = await FindAsync(fleet, parsed.GetValue(name)!, cancellationToken).ConfigureAwait(false);
            if (RotationRules.Next(state, fleet.Now) is RotationStep.Over over) await fleet.Screen.Out.WriteLineAsync($"{state.Plan.Name} is not under way: {over.What}.").ConfigureAwait(false);
            else await store.StopAsync(state, reasonCode, $"{verb} by an operator", cancellationToken).ConfigureAwait(false);
            var after = (await store.FindAsync(state.Plan.Name, cancellationToken).ConfigureAwait(false))!;
            await new RotationFollower(fleet, store).SummariseAsync(after, RotationRules.Next(after, fleet.Now), isInterrupted: false, cancellationToken).ConfigureAwait(false);
            return ExitCode.Ok;
        });
    }

    /// <summary>A rotation that was stopped is over when the things that had begun have finished: as it is then.</summary>
    private static async Task<RotationState> StoppedAsync(FleetContext fleet, RotationStore store, RotationState state, CancellationToken cancellationToken)
    {
        var isTold = false;
        while (state.Last(RotationStage.Rollback) is null && RotationRules.Next(state, fleet.Now) is RotationStep.Wait && !state.Jobs.Any(j => j.Job.IsActive))
        {
            if (!isTold) await fleet.Screen.Out.WriteLineAsync($"{Counted.Of(state.Jobs.Sum(j => j.Job.Counts.InProgress + j.Job.Counts.Queued), "thing")} that had begun must finish first.").ConfigureAwait(false);
            isTold = true;
            await Task.Delay(FinishPoll, fleet.Time, cancellationToken).ConfigureAwait(false);
            state = (await FindAsync(fleet, state.Plan.Name, cancellationToken).ConfigureAwait(false)).Item2;
        }

        return state;
    }

    private static async Task ResumeAsync(RotationStore store, RotationState state, CancellationToken cancellationToken)
    {
        var inCanaries = state.Last(RotationStage.Fleet) is null;
        List<string> things = inCanaries
            ? [.. state.Canaries.Where(c => !c.Execution.Succeeded || (c.State is { } now && now.Alias != state.Plan.Alias)).Select(c => c.Execution.Thing)]
            : [.. (await store.ThingsAsync(state.Plan, cancellationToken).ConfigureAwait(false)).Where(t => t.Alias != state.Plan.Alias).Select(t => t.Name)];
        // Canaries that have proven it meanwhile: one is asked again, and answers that it is so, from when on the probation counts.
        if (inCanaries && things.Count == 0) things.Add(state.Canaries[0].Execution.Thing);
        var stage = inCanaries ? RotationStage.Canary : RotationStage.Fleet;
        if (things.Count > 0) await store.BeginAsync(state.Plan, stage, state.NextNumber(stage), things, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<(RotationStore, RotationState)> FindAsync(FleetContext fleet, string name, CancellationToken cancellationToken)
    {
        var store = Store(fleet);
        if (await store.FindAsync(name, cancellationToken).ConfigureAwait(false) is { } state) return (store, state);
        var known = await store.NewestAsync(cancellationToken).ConfigureAwait(false);
        throw new UsageException($"There is no rotation '{name}' in this account and region{(Settings.Spelling.Hint(name, known) is { Length: > 0 } hint ? hint : ".")}{(known.Count > 0 ? $" The newest: {string.Join(", ", known.Take(5))}" : "")}");
    }

    private static Argument<string> Named() => new("rotation") { Description = "Its name, as `rotate` printed it." };

    private static RotationStore Store(FleetContext fleet) => new(fleet.Jobs, fleet.Registry, fleet.States);
}
