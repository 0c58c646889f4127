namespace DeviceAgent.Testbed.Jobs.Model;

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
