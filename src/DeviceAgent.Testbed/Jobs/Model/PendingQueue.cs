namespace DeviceAgent.Testbed.Jobs.Model;

/// <summary>What a thing has to do: what it began comes first, then by the time of queueing.</summary>
internal static class PendingQueue
{
    public static IReadOnlyList<JobExecution> Of(IEnumerable<JobExecution> executions) =>
        [.. executions.Where(e => !e.IsTerminal)
            .OrderBy(e => e.Status == ExecutionStatus.InProgress ? 0 : 1).ThenBy(e => e.Queued).ThenBy(e => e.Id, StringComparer.Ordinal)];
}
