namespace DeviceAgent.Control.Jobs;

/// <summary>The states of an execution, in AWS IoT's words.</summary>
internal static class JobStatus
{
    public const string InProgress = "IN_PROGRESS";
    public const string Succeeded = "SUCCEEDED";
    public const string Failed = "FAILED";
    public const string Rejected = "REJECTED";

    /// <summary>What the outcome makes of the execution: a request that no device could follow is rejected.</summary>
    public static string Of(ChangeOutcome outcome) =>
        outcome.Result == ChangeResult.Applied ? Succeeded
        : outcome.Result == ChangeResult.Rejected && ChangeCodes.IsOfTheRequest(outcome.Code) ? Rejected
        : Failed;

    /// <summary>Whether nothing can change it any more.</summary>
    public static bool IsFinal(string? status) => status is not (null or "" or "QUEUED" or InProgress);
}
