namespace DeviceAgent.Testbed.Jobs;

/// <summary>One thing carrying out one job, or one more attempt at it.</summary>
/// <param name="JobId">Which job.</param>
/// <param name="ThingName">Which thing.</param>
/// <param name="Number">Counts a thing's executions of one job, from 1.</param>
/// <param name="RetryAttempt">How many failed attempts went before.</param>
/// <param name="Queued">By the cloud's clock.</param>
internal sealed record JobExecution(string JobId, string ThingName, long Number, int RetryAttempt, DateTimeOffset Queued)
{
    public string Id => $"{JobId}/{ThingName}/{Number:D6}";

    public string Status { get; init; } = ExecutionStatus.Queued;

    public IReadOnlyDictionary<string, string> StatusDetails { get; init; } = new Dictionary<string, string>();

    public DateTimeOffset? Started { get; init; }

    public DateTimeOffset Updated { get; init; } = Queued;

    /// <summary>Grows with every change; what a device expects in <c>expectedVersion</c>.</summary>
    public long Version { get; init; } = 1;

    public bool ForceCanceled { get; init; }

    /// <summary>From the job's timeout; fixed when the execution starts.</summary>
    public DateTimeOffset? InProgressDeadline { get; init; }

    /// <summary>From the device's last <c>stepTimeoutInMinutes</c>.</summary>
    public DateTimeOffset? StepDeadline { get; init; }

    /// <summary>When it times out: the earlier of the two.</summary>
    public DateTimeOffset? Deadline => InProgressDeadline is { } whole && StepDeadline is { } step ? (whole < step ? whole : step) : InProgressDeadline ?? StepDeadline;

    public bool IsTerminal => Status is not (ExecutionStatus.Queued or ExecutionStatus.InProgress);
}

/// <summary>The states of a job execution, spelt as the API spells them.</summary>
internal static class ExecutionStatus
{
    public const string Queued = "QUEUED";
    public const string InProgress = "IN_PROGRESS";
    public const string Succeeded = "SUCCEEDED";
    public const string Failed = "FAILED";
    public const string Rejected = "REJECTED";
    public const string TimedOut = "TIMED_OUT";
    public const string Removed = "REMOVED";
    public const string Canceled = "CANCELED";

    public static IReadOnlyList<string> All { get; } = [Queued, InProgress, Succeeded, Failed, TimedOut, Rejected, Removed, Canceled];

    /// <summary>What a device may report.</summary>
    public static IReadOnlyList<string> Reportable { get; } = [InProgress, Succeeded, Failed, Rejected];

    /// <summary>What counts as executed for an abort criterion: the device, or its silence, gave the outcome.</summary>
    public static IReadOnlyList<string> Executed { get; } = [Succeeded, Failed, Rejected, TimedOut];
}

/// <summary>What a device reports about an execution.</summary>
/// <param name="Status">Its new state.</param>
/// <param name="Details">Null leaves the old ones.</param>
/// <param name="StepTimeoutMinutes">A new step timer; -1 stops it, null leaves it.</param>
/// <param name="ExpectedVersion">Change nothing unless the execution has this version.</param>
/// <param name="Number">Which execution; null is the last.</param>
internal sealed record ExecutionUpdate(string Status, IReadOnlyDictionary<string, string>? Details, long? StepTimeoutMinutes, long? ExpectedVersion, long? Number);

/// <summary>An execution with the job that it carries out.</summary>
internal sealed record AssignedExecution(JobExecution Execution, Job Job);

/// <summary>What a thing has to do: what it began comes first, then by the time of queueing.</summary>
internal static class PendingQueue
{
    public static IReadOnlyList<JobExecution> Of(IEnumerable<JobExecution> executions) =>
        [.. executions.Where(e => !e.IsTerminal)
            .OrderBy(e => e.Status == ExecutionStatus.InProgress ? 0 : 1).ThenBy(e => e.Queued).ThenBy(e => e.Id, StringComparer.Ordinal)];
}
