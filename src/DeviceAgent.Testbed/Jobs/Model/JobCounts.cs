namespace DeviceAgent.Testbed.Jobs.Model;

/// <summary>How many things of a job are in each state. Of a thing that tries again, the last execution counts.</summary>
internal sealed class JobCounts(IEnumerable<JobExecution> latest)
{
    private readonly Dictionary<string, int> _counts = latest.CountBy(e => e.Status).ToDictionary();

    public int this[string status] => _counts.GetValueOrDefault(status);

    public int Executed => ExecutionStatus.Executed.Sum(status => this[status]);

    public int Open => this[ExecutionStatus.Queued] + this[ExecutionStatus.InProgress];

    /// <summary>Failures of a type, see <see cref="FailureType"/>.</summary>
    public int Covered(string failureType) => ExecutionStatus.Executed.Where(status => FailureType.Covers(failureType, status)).Sum(status => this[status]);
}
