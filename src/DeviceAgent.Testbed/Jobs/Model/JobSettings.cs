namespace DeviceAgent.Testbed.Jobs.Model;

/// <summary>What an operator may say about how a job is carried out, and change while it runs.</summary>
internal sealed record JobSettings
{
    public string? Description { get; init; }

    public JobRollout? Rollout { get; init; }

    public IReadOnlyList<AbortCriterion>? Abort { get; init; }

    public IReadOnlyList<RetryCriterion>? Retry { get; init; }

    /// <summary>How long an execution may be in progress, 1 to 10080 minutes; null: for ever.</summary>
    public int? InProgressTimeoutMinutes { get; init; }

    /// <summary>These settings where the others say nothing.</summary>
    public JobSettings Under(JobSettings others) => new()
    {
        Description = others.Description ?? Description,
        Rollout = others.Rollout ?? Rollout,
        Abort = others.Abort ?? Abort,
        Retry = others.Retry ?? Retry,
        InProgressTimeoutMinutes = others.InProgressTimeoutMinutes ?? InProgressTimeoutMinutes,
    };
}
