namespace DeviceAgent.Testbed.Jobs;

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

/// <summary>When a job starts, and what happens to it at its end.</summary>
/// <param name="Start">Null: at once.</param>
/// <param name="End">Null: never.</param>
/// <param name="EndBehavior">One of <see cref="EndBehaviors"/>.</param>
internal sealed record JobSchedule(DateTimeOffset? Start, DateTimeOffset? End, string EndBehavior)
{
    /// <summary>No more things are reached; what is queued or runs goes on.</summary>
    public const string StopRollout = "STOP_ROLLOUT";

    /// <summary>As CancelJob.</summary>
    public const string Cancel = "CANCEL";

    /// <summary>As CancelJob with force.</summary>
    public const string ForceCancel = "FORCE_CANCEL";

    public static IReadOnlyList<string> EndBehaviors { get; } = [StopRollout, Cancel, ForceCancel];
}

/// <summary>How fast a job reaches its things.</summary>
/// <param name="MaximumPerMinute">Things a minute at most.</param>
/// <param name="Exponential">A rate that grows with what is done; it stays below <paramref name="MaximumPerMinute"/>.</param>
internal sealed record JobRollout(int? MaximumPerMinute, ExponentialRate? Exponential)
{
    /// <summary>What an exponential rate without a maximum ends at.</summary>
    private const int HighestRate = 1000;

    /// <summary>Things a minute, after so many were reached and so many succeeded; null: all at once.</summary>
    public double? PerMinute(int reached, int succeeded) =>
        Exponential is { } rate ? Math.Min(rate.After(reached, succeeded), MaximumPerMinute ?? HighestRate) : MaximumPerMinute;
}

/// <summary>A rollout rate that is multiplied each time that so many more things were notified, or succeeded.</summary>
/// <param name="BasePerMinute">1 to 1000.</param>
/// <param name="IncrementFactor">1.1 to 5.</param>
/// <param name="NotifiedThings">One of the two is given.</param>
/// <param name="SucceededThings">One of the two is given.</param>
internal sealed record ExponentialRate(int BasePerMinute, double IncrementFactor, int? NotifiedThings, int? SucceededThings)
{
    public double After(int notified, int succeeded) =>
        BasePerMinute * Math.Pow(IncrementFactor, NotifiedThings is { } step ? notified / step : succeeded / SucceededThings!.Value);
}

/// <summary>When a job is aborted.</summary>
/// <param name="Failure">See <see cref="FailureType"/>.</param>
/// <param name="ThresholdPercentage">Failures among the executed things from which on the job is cancelled, 0 to 100.</param>
/// <param name="MinimumExecuted">How many things must have executed it before anything is judged.</param>
internal sealed record AbortCriterion(string Failure, double ThresholdPercentage, int MinimumExecuted)
{
    public bool IsMet(JobCounts counts)
    {
        var failures = counts.Covered(Failure);
        return failures > 0 && counts.Executed >= MinimumExecuted && failures * 100.0 >= ThresholdPercentage * counts.Executed;
    }
}

/// <summary>How often an execution is retried.</summary>
/// <param name="Failure">See <see cref="FailureType"/>.</param>
/// <param name="Retries">0 to 10.</param>
internal sealed record RetryCriterion(string Failure, int Retries);

/// <summary>Which outcomes a criterion of a job is about.</summary>
internal static class FailureType
{
    public const string All = "ALL";

    public static IReadOnlyList<string> ForAbort { get; } = [ExecutionStatus.Failed, ExecutionStatus.Rejected, ExecutionStatus.TimedOut, All];

    public static IReadOnlyList<string> ForRetry { get; } = [ExecutionStatus.Failed, ExecutionStatus.TimedOut, All];

    public static bool Covers(string failureType, string status) =>
        failureType == status || (failureType == All && status is (ExecutionStatus.Failed or ExecutionStatus.Rejected or ExecutionStatus.TimedOut));
}
