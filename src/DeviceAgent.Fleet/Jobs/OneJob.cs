using System.Globalization;
using System.Text.Json;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Fleet.Aws;
using DeviceAgent.Fleet.Commands;
using DeviceAgent.Fleet.Rotation;
using DeviceAgent.Fleet.Things;
using Spectre.Console;

namespace DeviceAgent.Fleet.Jobs;

/// <summary>Asks things for one operation, and follows until they have answered.</summary>
internal sealed class OneJob(FleetContext fleet)
{
    /// <summary>When all others have ended, those that have not begun are not connected.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private const int MostNames = 20;

    private static readonly TimeSpan PollPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Expires = TimeSpan.FromDays(30);

    /// <param name="operation">As in the job document.</param>
    /// <param name="write">What else is in it.</param>
    /// <param name="selection">Whom.</param>
    /// <param name="perMinute">How fast; null: all at once.</param>
    /// <param name="abort">In percent; null: it is never stopped.</param>
    /// <param name="follow">Stays until all have ended.</param>
    /// <param name="cancellationToken">Ends the watching, not the job.</param>
    public async Task<ExitCode> RunAsync(string operation, Action<Utf8JsonWriter> write, ThingSelection selection, int? perMinute, double? abort, bool follow, CancellationToken cancellationToken)
    {
        var (output, jobs) = (fleet.Screen.Out, new List<string>());
        var document = JobDocument.Of(operation, fleet.Now + Expires, write);
        var id = string.Create(CultureInfo.InvariantCulture, $"{operation}-{fleet.Now.UtcDateTime:yyyyMMdd-HHmmss}");
        foreach (var (targets, number) in (await TargetsAsync(selection, cancellationToken).ConfigureAwait(false)).Select((t, i) => (t, i + 1)))
        {
            var job = new NewJob($"{id}-{number}", targets, document, $"{operation} by device-fleet for {selection}") { PerMinute = perMinute, AbortPercentage = abort, AbortAfter = Math.Clamp(selection.Names.Count, 1, 5) };
            if (!await fleet.Jobs.CreateAsync(job, cancellationToken).ConfigureAwait(false)) throw new AwsException($"There is a job {job.Id} already: another operator made it this second. Try again.");
            jobs.Add(job.Id);
            await output.WriteLineAsync($"Job {job.Id} asks {Counted.Of(Math.Min(selection.Names.Count, targets.Count == 1 ? selection.Names.Count : targets.Count), "thing")}.").ConfigureAwait(false);
        }

        if (!follow) return ExitCode.NotOver;
        var isInterrupted = false;
        try
        {
            await FollowAsync(jobs, selection.Names.Count, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            isInterrupted = true;
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20), fleet.Time);
        return await SummariseAsync(jobs, isInterrupted, patience.Token).ConfigureAwait(false);
    }

    /// <summary>As many jobs as it takes to name the things, or one for their group.</summary>
    private async Task<IReadOnlyList<IReadOnlyList<string>>> TargetsAsync(ThingSelection selection, CancellationToken cancellationToken)
    {
        if (selection.Names.Count == 0) throw new UsageException("There is no thing among them.");
        if (selection.Group is { } group) return [[await fleet.Registry.GroupArnAsync(group, cancellationToken).ConfigureAwait(false)]];
        var arn = await fleet.Registry.ThingArnAsync(selection.Names[0], cancellationToken).ConfigureAwait(false);
        return [.. selection.Names.Chunk(NewJob.MaxTargets).Select(part => (IReadOnlyList<string>)[.. part.Select(t => arn[..^selection.Names[0].Length] + t)])];
    }

    private async Task FollowAsync(IReadOnlyList<string> jobs, int things, CancellationToken cancellationToken)
    {
        var (said, since) = ("", fleet.Time.GetTimestamp());
        while (true)
        {
            var described = (await Task.WhenAll(jobs.Select(j => fleet.Jobs.DescribeAsync(j, cancellationToken))).ConfigureAwait(false)).OfType<JobDescription>().ToList();
            var (done, failed, busy, asked) = (described.Sum(j => j.Counts.Succeeded), described.Sum(j => j.Counts.Unsuccessful), described.Sum(j => j.Counts.InProgress), described.Sum(j => j.Counts.Queued));
            var line = $"{done} done, {failed} failed, {busy} under way, {asked} asked of {things}";
            if (line != said)
            {
                if (fleet.Screen.Console is { } console) console.MarkupLine($"[grey]{fleet.Now:HH:mm:ss}[/] {Markup.Escape(line)}");
                else await fleet.Screen.Out.WriteLineAsync($"{fleet.Now:HH:mm:ss} {line}").ConfigureAwait(false);
                (said, since) = (line, fleet.Time.GetTimestamp());
            }

            if (described.All(j => j.IsOver) || (busy == 0 && asked > 0 && done + failed + asked >= things && fleet.Time.GetElapsedTime(since) > Patience)) return;
            await Task.Delay(PollPeriod, fleet.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Null when all have.</summary>
    internal static string? NotBegun(IReadOnlyList<string> things) =>
        things.Count == 0 ? null : $"  Not begun, they are not connected: {string.Join(", ", things.Take(MostNames))}{(things.Count > MostNames ? $" and {things.Count - MostNames} more" : "")}";

    private async Task<ExitCode> SummariseAsync(List<string> jobs, bool isInterrupted, CancellationToken cancellationToken)
    {
        var output = fleet.Screen.Out;
        var executions = new List<(string Job, ThingExecution Execution)>();
        foreach (var job in jobs) executions.AddRange((await fleet.Jobs.ExecutionsAsync(job, null, cancellationToken).ConfigureAwait(false)).Select(e => (job, e)));
        var failed = executions.Where(e => e.Execution.Failed).ToList();
        await output.WriteLineAsync().ConfigureAwait(false);
        foreach (var group in executions.GroupBy(e => e.Execution.Status).OrderBy(g => g.Key, StringComparer.Ordinal)) await output.WriteLineAsync($"  {group.Key,-12} {group.Count(),5}").ConfigureAwait(false);
        foreach (var (job, execution) in failed)
            await output.WriteLineAsync($"  {execution.Thing}: {RotationSummary.Reason(execution, await fleet.Jobs.DetailsAsync(job, execution.Thing, cancellationToken).ConfigureAwait(false))}").ConfigureAwait(false);
        var silent = executions.Where(e => e.Execution.Status == "QUEUED").Select(e => e.Execution.Thing).Order(StringComparer.Ordinal).ToList();
        if (NotBegun(silent) is { } line) await output.WriteLineAsync(line).ConfigureAwait(false);
        if (executions.Exists(e => e.Execution.IsOpen)) await output.WriteLineAsync($"  The job goes on: aws iot describe-job --job-id {jobs[0]}; end it: aws iot cancel-job --job-id {jobs[0]}").ConfigureAwait(false);
        return failed.Count > 0 ? ExitCode.Failed : isInterrupted || executions.Exists(e => e.Execution.IsOpen) ? ExitCode.NotOver : executions.Exists(e => !e.Execution.Succeeded) ? ExitCode.Aborted : ExitCode.Ok;
    }
}
