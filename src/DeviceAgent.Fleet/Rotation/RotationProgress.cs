using System.Globalization;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Fleet.Aws;
using DeviceAgent.Fleet.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DeviceAgent.Fleet.Rotation;

/// <summary>A thing that failed, with its reason.</summary>
internal sealed record Failure(string JobId, string Thing, string Why);

/// <summary>Shows how far a rotation is: a line for each change, or a bar that moves.</summary>
internal sealed class RotationProgress(Screen screen, LiveDisplayContext? live)
{
    private const int FirstFailures = 8;

    private readonly HashSet<Failure> _told = [];
    private string? _lastLine;

    public async Task ShowAsync(RotationState state, RotationStep step, IReadOnlyList<Failure> failures, DateTimeOffset now)
    {
        if (live is not null)
        {
            live.UpdateTarget(Drawn(state, step, failures, now));
            return;
        }

        foreach (var failure in failures.Where(_told.Add)) await screen.Out.WriteLineAsync($"{Clock(now)} {failure.Thing} failed: {PrintableText.Of(failure.Why, 200)}").ConfigureAwait(false);
        var line = $"{Stage(state)}: {Counts(state)}; {step.What}{(step is RotationStep.Probation p ? $", until {Clock(p.Until)}" : "")}";
        if (line == _lastLine) return;
        _lastLine = line;
        await screen.Out.WriteLineAsync($"{Clock(now)} {line}").ConfigureAwait(false);
    }

    private static Rows Drawn(RotationState state, RotationStep step, IReadOnlyList<Failure> failures, DateTimeOffset now)
    {
        var (plan, counts) = (state.Plan, Sum(state));
        var known = counts.Succeeded + counts.Unsuccessful + counts.InProgress + counts.Queued;
        var chart = new BreakdownChart().FullSize()
            .AddItem(state.Last(RotationStage.Rollback) is null ? "proven" : "back", counts.Succeeded, Color.Green).AddItem("failed", counts.Unsuccessful, Color.Red)
            .AddItem("under way", counts.InProgress, Color.Yellow).AddItem("asked", counts.Queued, Color.Blue).AddItem("to come", state.Last(RotationStage.Rollback) is null ? Math.Max(0, plan.Count - known) : 0, Color.Grey);
        var parts = new List<IRenderable>
        {
            new Markup($"[bold]{Markup.Escape(plan.Name)}[/]  {Markup.Escape(string.Join(", ", plan.From))} → [bold]{Markup.Escape(plan.Alias)}[/]  {Markup.Escape(plan.Target)}, {Counted.Of(plan.Count, "thing")}"),
            chart,
            new Markup($"{Stage(state)}: {Markup.Escape(step.What)}{(step is RotationStep.Probation p ? $" [yellow]for {DurationText.Of(p.Until - now)} more[/]" : "")}  [grey]{DurationText.Of(now - state.Started)} since the start[/]"),
        };
        parts.AddRange(failures.Take(FirstFailures).Select(f => new Markup($"[red]{Markup.Escape(f.Thing)}[/] {Markup.Escape(PrintableText.Of(f.Why, 200))}")));
        if (failures.Count > FirstFailures) parts.Add(new Markup($"[red]and {failures.Count - FirstFailures} more[/]"));
        parts.Add(new Markup("[grey]Ctrl-C leaves; nothing stops by that but the step from the canaries to the fleet[/]"));
        return new Rows(parts);
    }

    private static string Stage(RotationState state) => state.Jobs.Count == 0 ? "" : state.Last(RotationStage.Rollback) is not null ? "rollback" : state.Last(RotationStage.Fleet) is not null ? "fleet" : "canaries";

    private static string Counts(RotationState state)
    {
        var counts = Sum(state);
        var isBack = state.Last(RotationStage.Rollback) is not null;
        var parts = new List<string> { $"{counts.Succeeded} {(isBack ? "back" : "proven")}" };
        if (counts.Unsuccessful > 0) parts.Add($"{counts.Unsuccessful} failed");
        if (counts.InProgress > 0) parts.Add($"{counts.InProgress} under way");
        if (counts.Queued > 0) parts.Add($"{counts.Queued} asked");
        return $"{string.Join(", ", parts)} of {(isBack ? counts.Queued + counts.InProgress + counts.Succeeded + counts.Unsuccessful : state.Plan.Count).ToString(CultureInfo.InvariantCulture)}";
    }

    /// <summary>Of all its jobs; while it goes back of those only.</summary>
    internal static JobCounts Sum(RotationState state)
    {
        if (state.Back is { } things) return things;
        var jobs = state.Last(RotationStage.Rollback) is not null ? state.Of(RotationStage.Rollback).ToList() : [.. state.Jobs];
        return new JobCounts(
            jobs.Sum(j => j.Job.Counts.Queued), jobs.Sum(j => j.Job.Counts.InProgress), jobs.Sum(j => j.Job.Counts.Succeeded), jobs.Sum(j => j.Job.Counts.Failed),
            jobs.Sum(j => j.Job.Counts.Rejected), jobs.Sum(j => j.Job.Counts.TimedOut), 0, 0);
    }

    private static string Clock(DateTimeOffset time) => time.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
}
