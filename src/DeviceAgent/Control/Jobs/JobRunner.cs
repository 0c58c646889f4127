using DeviceAgent.Clock;
using DeviceAgent.Control.Cloud;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Timing;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Control.Jobs;

/// <summary>
/// Carries out the jobs that are pending, the oldest first. An execution whose end is known is never acted on again: its outcome is
/// remembered until AWS IoT has it. One that was cut short is still at the head of the queue, and is asked for again.
/// </summary>
internal sealed class JobRunner(JobQueue queue, OperationRunner runner, ControlState state, Overtaken overtaken, DeviceClock clock, ILogger<JobRunner> logger)
{
    private const string UnreadableOperation = "job";

    /// <returns>What keeps it from going on; null when nothing is pending.</returns>
    /// <exception cref="OperationCanceledException">The agent stops.</exception>
    public async Task<TopicResponse?> RunAsync(CancellationToken cancellationToken)
    {
        var told = new HashSet<(string, long)>();
        while (true)
        {
            _ = runner.Pulse.WaitsFor(ControlLoop.LongestExchange);
            var (execution, failure) = await queue.StartNextAsync(cancellationToken).ConfigureAwait(false);
            if (execution is null) return failure;
            if (!told.Add((execution.JobId, execution.ExecutionNumber)))
                return new TopicResponse.Missing(NoResponse.Lost, $"Job {execution.JobId} is still pending, though its end was told.");
            var finished = state.Record.Jobs.LastOrDefault(j => j.Is(execution.JobId, execution.ExecutionNumber));
            if (finished is null) (finished, execution) = await GuardAsync(execution, cancellationToken).ConfigureAwait(false);
            if (await TellAsync(execution, finished, cancellationToken).ConfigureAwait(false) is { } untold)
                return untold.Reason == NoResponse.NotAllowed ? untold : untold with { Message = $"The end of job {execution.JobId} could not be told: {untold.Message}" };
        }
    }

    /// <summary>A job ends with an outcome whatever is in it: one that ended without would stand at the head of the queue for ever.</summary>
    private async Task<(FinishedJob Finished, JobExecution Execution)> GuardAsync(JobExecution execution, CancellationToken cancellationToken)
    {
        try
        {
            return await CarryOutAsync(execution, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            var change = new ExecutingChange(UnreadableOperation, ChangeOrigin.Job, execution.JobId);
            logger.ChangeFailed(e, change.What, change.By, change.Reference);
            var failed = Finish(execution, ChangeOutcome.Unexpected, null);
            runner.End(change, ChangeOutcome.Unexpected, r => r.With(failed));
            return (failed, execution);
        }
    }

    private async Task<(FinishedJob Finished, JobExecution Execution)> CarryOutAsync(JobExecution execution, CancellationToken cancellationToken)
    {
        // What was begun in time is finished, whenever that is.
        var isResumed = runner.Executing is { By: ChangeOrigin.Job } before && before.Reference == execution.JobId;
        var document = JobDocument.Read(execution, clock.IsTrusted && !isResumed ? clock.GetUtcNow() : null);
        var change = new ExecutingChange(PrintableText.Of(document.Operation ?? UnreadableOperation, 100), ChangeOrigin.Job, execution.JobId);
        if ((document.Problem ?? runner.FindProblem(document.Operation!, execution.Document) ?? (isResumed ? TakenBack(change) : null)) is { } problem)
        {
            var rejected = Finish(execution, problem, null);
            runner.End(change, problem, r => r.With(rejected));
            return (rejected, execution);
        }

        var progress = new JobProgress(queue, execution, clock);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var telling = TellProgressAsync(progress, execution, done.Token);
        FinishedJob? finished = null;
        try
        {
            await runner.RunAsync(
                change, document.Operation!, execution.Document, progress, (r, outcome) => Ended(r, outcome, finished = Finish(execution, outcome, progress.Step)), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await done.CancelAsync().ConfigureAwait(false);
            await telling.ConfigureAwait(false);
        }

        return (finished!, execution with { Version = progress.Version });

        ControlRecord Ended(ControlRecord record, ChangeOutcome outcome, FinishedJob end) =>
            outcome.Result == ChangeResult.Applied ? overtaken.Mark(record.With(end), document.Operation!, execution.JobId) : record.With(end);
    }

    /// <summary>What the agent could not live with was taken back at a start, before the job's end was known.</summary>
    private ChangeOutcome? TakenBack(ExecutingChange change) =>
        runner.Last is { Outcome: { Result: ChangeResult.RolledBack } outcome } last && (last.What, last.By, last.Reference) == (change.What, change.By, change.Reference) ? outcome : null;

    private async Task TellProgressAsync(JobProgress progress, JobExecution execution, CancellationToken cancellationToken)
    {
        try
        {
            await progress.TellAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The job has ended.
        }
        catch (Exception e)
        {
            logger.ProgressFailed(e, execution.JobId);
        }
    }

    /// <returns>Null; or why it could not be told.</returns>
    private async Task<TopicResponse.Missing?> TellAsync(JobExecution execution, FinishedJob finished, CancellationToken cancellationToken)
    {
        var (result, _, failure) = await queue.UpdateAsync(execution, finished.Status, finished.Details, cancellationToken).ConfigureAwait(false);
        if (result == JobUpdate.Unknown) return failure;
        if (result == JobUpdate.Over) logger.JobOver(execution.JobId, finished.Status);
        if (state.Note(r => r.With(finished with { Told = true, Details = JobDetails.Lasting(finished.Details) })) is { } problem) logger.NotWritten(problem);
        return null;
    }

    private static FinishedJob Finish(JobExecution execution, ChangeOutcome outcome, string? step)
    {
        var details = new Dictionary<string, string> { [JobDetails.Outcome] = outcome.Name };
        if (outcome.Code is { Length: > 0 } code) details[JobDetails.Code] = code;
        if (outcome.Reason is { Length: > 0 } reason) details[JobDetails.Reason] = reason;
        if (step is { Length: > 0 }) details[JobDetails.Step] = step;
        foreach (var (name, value) in outcome.Details) details[name] = value;
        return new FinishedJob(execution.JobId, execution.ExecutionNumber, JobStatus.Of(outcome), details);
    }
}

/// <summary>
/// Tells AWS IoT the steps of a job while it is carried out, and that it is still at work. A word that does not get through is not
/// repeated: the next one counts. The job goes on whatever comes of it.
/// </summary>
internal sealed class JobProgress(JobQueue queue, JobExecution execution, TimeProvider time) : IChangeProgress
{
    /// <summary>Well below the step timeout, and a few bytes.</summary>
    private static readonly TimeSpan SignOfLife = TimeSpan.FromMinutes(10);

    private readonly WakeSignal _wake = new();
    private string _step = "started";

    /// <summary>The execution's version as last heard.</summary>
    public long Version { get; private set; } = execution.Version;

    /// <summary>The last step that was reached.</summary>
    public string Step => Volatile.Read(ref _step);

    public void Reached(string step)
    {
        Volatile.Write(ref _step, step);
        _wake.Set();
    }

    /// <summary>Tells until it is cancelled, or until no word on the execution is taken any more.</summary>
    public async Task TellAsync(CancellationToken cancellationToken)
    {
        var wake = _wake.Next;
        while (true)
        {
            await WakeSignal.WaitAsync(wake, SignOfLife, time, cancellationToken).ConfigureAwait(false);
            wake = _wake.Next;
            var details = new Dictionary<string, string> { [JobDetails.Step] = Step };
            (var result, Version, _) = await queue.UpdateAsync(execution with { Version = Version }, JobStatus.InProgress, details, cancellationToken).ConfigureAwait(false);
            if (result == JobUpdate.Over) return;
        }
    }
}
