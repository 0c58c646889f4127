namespace DeviceAgent.Testbed.Jobs.Model;

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
