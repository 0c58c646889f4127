using System.CommandLine;
using System.Globalization;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Fleet.Aws;
using DeviceAgent.Fleet.Jobs;
using DeviceAgent.Fleet.Things;

namespace DeviceAgent.Fleet.Commands;

/// <summary><c>device-fleet logs</c>: the job <c>report</c> for one thing, and its answer.</summary>
internal static class LogsCommand
{
    private const string Operation = "report";

    /// <summary>The agent's, between lines.</summary>
    private const char LineSeparator = '\u2424';

    private static readonly TimeSpan PollPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Expires = TimeSpan.FromDays(1);

    public static Command Create(AccountOptions account)
    {
        var thing = new Argument<string>("thing") { Description = "The thing." };
        var wait = new Option<string>("--wait") { Description = "How long to wait for its answer.", HelpName = "time", DefaultValueFactory = _ => "2m" };
        var job = new Option<string?>("--job") { Description = "Reads the answer to an earlier request.", HelpName = "id" };
        var command = new Command("logs", "Asks a thing for what its doctor finds and for the last lines of its log, about 7 KB at most.") { thing, wait, job };
        return account.Add(command, async (parsed, fleet, cancellationToken) =>
        {
            var name = parsed.GetValue(thing)!;
            if (!Periods.TryParse(parsed.GetValue(wait)!, out var patience)) throw new UsageException($"--wait {parsed.GetValue(wait)} is no time: write 2m.");
            if (name.Length == 0) throw new UsageException("Say which thing: its name is empty.");
            if (parsed.GetValue(job) is { } earlier) await MustAskAsync(fleet, earlier, name, cancellationToken).ConfigureAwait(false);
            var id = parsed.GetValue(job) ?? await AskAsync(fleet, name, cancellationToken).ConfigureAwait(false);
            var execution = await WaitAsync(fleet, id, name, patience, cancellationToken).ConfigureAwait(false);
            if (execution is { IsOpen: false }) return await PrintAsync(fleet, id, execution, cancellationToken).ConfigureAwait(false);
            await fleet.Screen.Error.WriteLineAsync(
                $"device-fleet: {name} has not answered within {DurationText.Of(patience)}; is it connected? (device-fleet status {name}) It answers when it is, within a day: device-fleet logs {name} --job {id}").ConfigureAwait(false);
            return ExitCode.NotOver;
        });
    }

    /// <exception cref="UsageException">There is no such job, or it does not ask the thing: to wait for an answer would be in vain.</exception>
    private static async Task MustAskAsync(FleetContext fleet, string id, string thing, CancellationToken cancellationToken)
    {
        if (id.Length == 0 || await fleet.Jobs.DescribeAsync(id, cancellationToken).ConfigureAwait(false) is not { } job) throw new UsageException($"There is no job '{id}' in {fleet.Region}.");
        if (job.Targets.Any(t => t.EndsWith($":thing/{thing}", StringComparison.Ordinal))) return;
        // Of a group a thing may be asked that is not yet.
        if (job.IsActive && job.Targets.Any(t => t.Contains(":thinggroup/", StringComparison.Ordinal))) return;
        if ((await fleet.Jobs.ExecutionsAsync(id, null, cancellationToken).ConfigureAwait(false)).Any(e => e.Thing == thing)) return;
        throw new UsageException($"The job {id} does not ask {thing}{Settings.Spelling.Hint(thing, job.Targets.Select(t => t[(t.LastIndexOf('/') + 1)..]))}");
    }

    /// <returns>The id of the job.</returns>
    private static async Task<string> AskAsync(FleetContext fleet, string thing, CancellationToken cancellationToken)
    {
        var document = JobDocument.Of(Operation, fleet.Now + Expires, _ => { });
        await ThingSelection.MustExistAsync(fleet.Registry, [thing], cancellationToken).ConfigureAwait(false);
        var arn = await fleet.Registry.ThingArnAsync(thing, cancellationToken).ConfigureAwait(false);
        var id = string.Create(CultureInfo.InvariantCulture, $"{Operation}-{fleet.Now.UtcDateTime:yyyyMMdd-HHmmss-fff}");
        if (!await fleet.Jobs.CreateAsync(new NewJob(id, [arn], document, $"{Operation} by device-fleet for {thing}"), cancellationToken).ConfigureAwait(false))
            throw new AwsException($"There is a job {id} already: another operator made it this moment. Try again.");
        return id;
    }

    /// <returns>As it was seen last; null when the job has none for the thing.</returns>
    private static async Task<ThingExecution?> WaitAsync(FleetContext fleet, string id, string thing, TimeSpan patience, CancellationToken cancellationToken)
    {
        var since = fleet.Time.GetTimestamp();
        while (true)
        {
            var execution = (await fleet.Jobs.ExecutionsAsync(id, null, cancellationToken).ConfigureAwait(false)).SingleOrDefault(e => e.Thing == thing);
            if (execution is { IsOpen: false } || fleet.Time.GetElapsedTime(since) >= patience) return execution;
            await Task.Delay(PollPeriod, fleet.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<ExitCode> PrintAsync(FleetContext fleet, string id, ThingExecution execution, CancellationToken cancellationToken)
    {
        var (output, details) = (fleet.Screen.Out, await fleet.Jobs.DetailsAsync(id, execution.Thing, cancellationToken).ConfigureAwait(false));
        if (!execution.Succeeded)
        {
            await fleet.Screen.Error.WriteLineAsync($"device-fleet: {execution.Thing} {execution.Status}: {PrintableText.Of(details.GetValueOrDefault("reason") ?? "it gave no reason")}").ConfigureAwait(false);
            return ExitCode.Failed;
        }

        await output.WriteLineAsync($"{execution.Thing}, {execution.Updated?.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC").ConfigureAwait(false);
        await output.WriteLineAsync().ConfigureAwait(false);
        foreach (var line in Lines(details.GetValueOrDefault("doctor"))) await output.WriteLineAsync(line).ConfigureAwait(false);
        await output.WriteLineAsync().ConfigureAwait(false);
        for (var part = 1; details.TryGetValue($"log-{part}", out var text); part++)
        {
            foreach (var line in Lines(text)) await output.WriteLineAsync(line).ConfigureAwait(false);
        }

        return ExitCode.Ok;
    }

    private static IEnumerable<string> Lines(string? text) => (text ?? "").Split(LineSeparator).Select(line => PrintableText.Whole(line));
}
