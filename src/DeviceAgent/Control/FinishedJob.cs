namespace DeviceAgent.Control;

/// <summary>An execution of a job whose end is known: it is never acted on again.</summary>
/// <param name="JobId">The job.</param>
/// <param name="ExecutionNumber">Which execution of it on this device.</param>
/// <param name="Status">SUCCEEDED, FAILED or REJECTED.</param>
/// <param name="Details">What is told with it.</param>
/// <param name="Told">AWS IoT has acknowledged it, or takes no word on it any more.</param>
internal sealed record FinishedJob(string JobId, long ExecutionNumber, string Status, IReadOnlyDictionary<string, string> Details, bool Told = false)
{
    public bool Is(string jobId, long executionNumber) => JobId == jobId && ExecutionNumber == executionNumber;
}
