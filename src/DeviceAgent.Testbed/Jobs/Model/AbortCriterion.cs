namespace DeviceAgent.Testbed.Jobs.Model;

/// <summary>When a job is given up.</summary>
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
