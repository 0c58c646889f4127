namespace DeviceAgent.Testbed.Jobs.Model;

/// <summary>Which outcomes a criterion of a job is about.</summary>
internal static class FailureType
{
    public const string All = "ALL";

    public static IReadOnlyList<string> ForAbort { get; } = [ExecutionStatus.Failed, ExecutionStatus.Rejected, ExecutionStatus.TimedOut, All];

    public static IReadOnlyList<string> ForRetry { get; } = [ExecutionStatus.Failed, ExecutionStatus.TimedOut, All];

    public static bool Covers(string failureType, string status) =>
        failureType == status || (failureType == All && status is (ExecutionStatus.Failed or ExecutionStatus.Rejected or ExecutionStatus.TimedOut));
}
