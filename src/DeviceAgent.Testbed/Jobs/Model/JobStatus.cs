namespace DeviceAgent.Testbed.Jobs.Model;

/// <summary>The states of a job, spelt as the API spells them.</summary>
internal static class JobStatus
{
    public const string Scheduled = "SCHEDULED";
    public const string InProgress = "IN_PROGRESS";
    public const string Completed = "COMPLETED";
    public const string Canceled = "CANCELED";
    public const string DeletionInProgress = "DELETION_IN_PROGRESS";

    public static IReadOnlyList<string> All { get; } = [InProgress, Canceled, Completed, DeletionInProgress, Scheduled];
}
