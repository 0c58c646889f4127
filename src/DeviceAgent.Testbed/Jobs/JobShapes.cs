using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Registry.Rest;

namespace DeviceAgent.Testbed.Jobs;

/// <summary>Jobs and executions as operators are shown them.</summary>
internal static class JobShapes
{
    public static JsonObject Identity(Job job) => new JsonObject { ["jobArn"] = job.Arn, ["jobId"] = job.Id }.With("description", job.Settings.Description);

    public static JsonObject Summary(Job job) => new JsonObject
    {
        ["jobArn"] = job.Arn,
        ["jobId"] = job.Id,
        ["targetSelection"] = job.Selection,
        ["status"] = job.Status,
        ["createdAt"] = RestJson.Timestamp(job.Created),
        ["lastUpdatedAt"] = RestJson.Timestamp(job.Updated),
        ["isConcurrent"] = job.Waiting.Count > 0,
    }.With("completedAt", job.Completed is { } completed ? RestJson.Timestamp(completed) : null);

    public static JsonObject Whole(Job job, JobCounts counts, IReadOnlyList<string> processing)
    {
        var details = Counts(counts);
        details["processingTargets"] = RestJson.Texts(processing);
        var shape = Summary(job)
            .With("targets", RestJson.Texts(job.Targets))
            .With("description", job.Settings.Description)
            .With("reasonCode", job.ReasonCode)
            .With("comment", job.Comment)
            .With("jobProcessDetails", details)
            .With("jobExecutionsRolloutConfig", Rollout(job.Settings.Rollout) ?? [])
            .With("abortConfig", job.Settings.Abort is { } abort ? Criteria(abort, Criterion) : null)
            .With("jobExecutionsRetryConfig", job.Settings.Retry is { } retry ? Criteria(retry, Criterion) : null)
            .With("timeoutConfig", job.Settings.InProgressTimeoutMinutes is { } minutes ? new JsonObject { ["inProgressTimeoutInMinutes"] = minutes } : null)
            .With("schedulingConfig", Schedule(job.Schedule));
        if (job.ForceCanceled) shape["forceCanceled"] = true;
        return shape;
    }

    public static JsonObject Counts(JobCounts counts) => new()
    {
        ["numberOfCanceledThings"] = counts[ExecutionStatus.Canceled],
        ["numberOfSucceededThings"] = counts[ExecutionStatus.Succeeded],
        ["numberOfFailedThings"] = counts[ExecutionStatus.Failed],
        ["numberOfRejectedThings"] = counts[ExecutionStatus.Rejected],
        ["numberOfQueuedThings"] = counts[ExecutionStatus.Queued],
        ["numberOfInProgressThings"] = counts[ExecutionStatus.InProgress],
        ["numberOfRemovedThings"] = counts[ExecutionStatus.Removed],
        ["numberOfTimedOutThings"] = counts[ExecutionStatus.TimedOut],
    };

    public static JsonObject Summary(JobExecution execution) => Times(new JsonObject { ["status"] = execution.Status }, execution)
        .With("executionNumber", execution.Number)
        .With("retryAttempt", execution.RetryAttempt);

    public static JsonObject Whole(JobExecution execution, DateTimeOffset now) => Times(
        new JsonObject
        {
            ["jobId"] = execution.JobId,
            ["status"] = execution.Status,
            ["forceCanceled"] = execution.ForceCanceled,
            ["statusDetails"] = new JsonObject { ["detailsMap"] = RestJson.Map(execution.StatusDetails) },
            ["thingArn"] = Thing.ArnOf(execution.ThingName),
        },
        execution)
        .With("executionNumber", execution.Number)
        .With("versionNumber", execution.Version)
        .With("approximateSecondsBeforeTimedOut", ExecutionShapes.SecondsLeft(execution, now));

    private static JsonObject Times(JsonObject shape, JobExecution execution) => shape
        .With("queuedAt", RestJson.Timestamp(execution.Queued))
        .With("startedAt", execution.Started is { } started ? RestJson.Timestamp(started) : null)
        .With("lastUpdatedAt", RestJson.Timestamp(execution.Updated));

    private static JsonObject? Rollout(JobRollout? rollout) => rollout is null ? null : new JsonObject()
        .With("maximumPerMinute", rollout.MaximumPerMinute)
        .With("exponentialRate", rollout.Exponential is not { } rate ? null : new JsonObject
        {
            ["baseRatePerMinute"] = rate.BasePerMinute,
            ["incrementFactor"] = rate.IncrementFactor,
            ["rateIncreaseCriteria"] = new JsonObject().With("numberOfNotifiedThings", rate.NotifiedThings).With("numberOfSucceededThings", rate.SucceededThings),
        });

    private static JsonObject Criteria<T>(IReadOnlyList<T> criteria, Func<T, JsonNode?> shape) => new() { ["criteriaList"] = RestJson.Array(criteria, shape) };

    private static JsonObject Criterion(AbortCriterion criterion) => new()
    {
        ["failureType"] = criterion.Failure,
        ["action"] = "CANCEL",
        ["thresholdPercentage"] = criterion.ThresholdPercentage,
        ["minNumberOfExecutedThings"] = criterion.MinimumExecuted,
    };

    private static JsonObject Criterion(RetryCriterion criterion) => new() { ["failureType"] = criterion.Failure, ["numberOfRetries"] = criterion.Retries };

    private static JsonObject? Schedule(JobSchedule? schedule) => schedule is null ? null : new JsonObject()
        .With("startTime", schedule.Start?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm"))
        .With("endTime", schedule.End?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm"))
        .With("endBehavior", schedule.End is null ? null : schedule.EndBehavior);
}

/// <summary>Executions as devices are shown them: times are whole epoch seconds.</summary>
internal static class ExecutionShapes
{
    public static JsonObject Summary(JobExecution execution) => Times(new JsonObject { ["jobId"] = execution.JobId }, execution);

    public static JsonArray Summaries(IEnumerable<JobExecution> executions, string status) => RestJson.Array(executions.Where(e => e.Status == status), Summary);

    /// <param name="execution">Which one.</param>
    /// <param name="document">The job document: an object over MQTT, text over REST; null when it was not asked for.</param>
    /// <param name="now">For the time that is left.</param>
    public static JsonObject Whole(JobExecution execution, JsonNode? document, DateTimeOffset now)
    {
        var shape = new JsonObject { ["jobId"] = execution.JobId, ["thingName"] = execution.ThingName, ["status"] = execution.Status };
        if (execution.StatusDetails.Count > 0) shape["statusDetails"] = RestJson.Map(execution.StatusDetails);
        return Times(shape, execution).With("approximateSecondsBeforeTimedOut", SecondsLeft(execution, now)).With("jobDocument", document);
    }

    /// <summary>As <c>notify-next</c> shows it.</summary>
    public static JsonObject Announced(JobExecution execution, Job job)
    {
        var shape = new JsonObject { ["jobId"] = execution.JobId, ["status"] = execution.Status };
        if (execution.StatusDetails.Count > 0) shape["statusDetails"] = RestJson.Map(execution.StatusDetails);
        return Times(shape, execution).With("jobDocument", job.DocumentForDevices);
    }

    public static JsonObject State(JobExecution execution) => new()
    {
        ["status"] = execution.Status,
        ["statusDetails"] = RestJson.Map(execution.StatusDetails),
        ["versionNumber"] = execution.Version,
    };

    public static long? SecondsLeft(JobExecution execution, DateTimeOffset now) => execution is { IsTerminal: false, Deadline: { } deadline }
        ? Math.Max(0, (long)(deadline - now).TotalSeconds)
        : null;

    private static JsonObject Times(JsonObject shape, JobExecution execution) => shape
        .With("queuedAt", execution.Queued.ToUnixTimeSeconds())
        .With("startedAt", execution.Started?.ToUnixTimeSeconds())
        .With("lastUpdatedAt", execution.Updated.ToUnixTimeSeconds())
        .With("executionNumber", execution.Number)
        .With("versionNumber", execution.Version);
}
