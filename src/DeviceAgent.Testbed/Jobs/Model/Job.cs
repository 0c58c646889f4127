namespace DeviceAgent.Testbed.Jobs.Model;

/// <summary>A job: one document for many things.</summary>
/// <param name="Id">Chosen by the operator.</param>
/// <param name="Document">A JSON object, as text.</param>
/// <param name="Targets">ARNs of things and thing groups.</param>
/// <param name="Selection">See <see cref="TargetSelection"/>.</param>
/// <param name="Created">By the cloud's clock.</param>
internal sealed record Job(string Id, string Document, IReadOnlyList<string> Targets, string Selection, DateTimeOffset Created)
{
    public string Arn => CloudAccount.Arn("iot", $"job/{Id}");

    public required JobSettings Settings { get; init; }

    public JobSchedule? Schedule { get; init; }

    public string Status { get; init; } = JobStatus.InProgress;

    public DateTimeOffset Updated { get; init; } = Created;

    public DateTimeOffset? Completed { get; init; }

    public bool ForceCanceled { get; init; }

    public string? ReasonCode { get; init; }

    public string? Comment { get; init; }

    /// <summary>Things that the rollout has yet to reach, in the order in which it will.</summary>
    public IReadOnlyList<string> Waiting { get; init; } = [];

    /// <summary>Things that were given an execution.</summary>
    public IReadOnlyList<string> Reached { get; init; } = [];

    /// <summary>When the next thing may be reached.</summary>
    public DateTimeOffset NextRollout { get; init; } = Created;

    /// <summary>The end of its schedule came: nothing more is reached.</summary>
    public bool RolloutStopped { get; init; }

    public bool IsContinuous => Selection == TargetSelection.Continuous;

    public bool IsActive => Status is JobStatus.InProgress or JobStatus.Scheduled;
}
