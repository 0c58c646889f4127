using DeviceAgent.Testbed.Jobs.Model;

namespace DeviceAgent.Testbed.Jobs;

/// <summary>What one piece of work changed: whoever tells devices and operators about it derives everything from this.</summary>
internal sealed class JobChanges
{
    private readonly Dictionary<string, IReadOnlyList<JobExecution>> _queues = [];
    private readonly List<(Job? Before, Job? After)> _jobs = [];
    private readonly List<(JobExecution? Before, JobExecution? After)> _executions = [];

    /// <summary>The pending queues of the things concerned, as they were before.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<JobExecution>> QueuesBefore => _queues;

    public IReadOnlyList<(Job? Before, Job? After)> Jobs => _jobs;

    public IReadOnlyList<(JobExecution? Before, JobExecution? After)> Executions => _executions;

    public void Note(Job? before, Job? after) => _jobs.Add((before, after));

    public void Note(JobExecution? before, JobExecution? after, Func<string, IReadOnlyList<JobExecution>> queueOf)
    {
        var thing = (before ?? after)!.ThingName;
        if (!_queues.ContainsKey(thing)) _queues[thing] = queueOf(thing);
        _executions.Add((before, after));
    }
}
