namespace DeviceAgent.Testbed.Jobs.Model;

/// <summary>When a job begins and what becomes of it at its end.</summary>
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
