using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.State;

namespace DeviceAgent.Testbed.Jobs;

/// <summary>Every job and execution, in memory and in the state store. Work on it is done one piece at a time.</summary>
internal sealed class JobLedger
{
    private readonly Lock _gate = new();
    private readonly Documents<Job> _jobDocuments;
    private readonly Documents<JobExecution> _executionDocuments;
    private readonly Dictionary<string, Job> _jobs;
    private readonly Dictionary<string, SortedDictionary<string, JobExecution>> _executions = [];
    private readonly Action<JobChanges> _tell;
    private JobChanges _changes = new();

    /// <param name="store">Where it is kept.</param>
    /// <param name="tell">Gets what each piece of work changed, before the next one begins.</param>
    public JobLedger(StateStore store, Action<JobLedger, JobChanges> tell)
    {
        _tell = changes => tell(this, changes);
        _jobDocuments = new Documents<Job>(store, "iot.job", JobsJson.Default.Job);
        _executionDocuments = new Documents<JobExecution>(store, "iot.job-execution", JobsJson.Default.JobExecution);
        _jobs = _jobDocuments.All.ToDictionary(j => j.Id);
        foreach (var execution in _executionDocuments.All) OfThingMutable(execution.ThingName)[execution.Id] = execution;
    }

    public IReadOnlyCollection<Job> Jobs => _jobs.Values;

    /// <summary>Does a piece of work that nothing else interrupts, and tells what came of it even where it ended in a refusal.</summary>
    public T Do<T>(Func<T> work)
    {
        lock (_gate)
        {
            try
            {
                return work();
            }
            finally
            {
                var changes = _changes;
                _changes = new JobChanges();
                _tell(changes);
            }
        }
    }

    public Job? Find(string jobId) => _jobs.GetValueOrDefault(jobId);

    public Job Get(string jobId) => Find(jobId) ?? throw JobRefusal.NoSuchJob(jobId);

    /// <summary>The last execution, or the one with this number.</summary>
    public JobExecution? Find(string jobId, string thingName, long? number = null) =>
        OfThing(thingName).LastOrDefault(e => e.JobId == jobId && (number is null || e.Number == number));

    public JobExecution Get(string jobId, string thingName, long? number = null) =>
        Find(jobId, thingName, number) ?? throw JobRefusal.NoSuchExecution(jobId, thingName, number);

    /// <summary>By job, then number.</summary>
    public IReadOnlyCollection<JobExecution> OfThing(string thingName) => _executions.TryGetValue(thingName, out var own) ? own.Values : [];

    public IReadOnlyList<JobExecution> OfJob(string jobId) => [.. _executions.Values.SelectMany(own => own.Values).Where(e => e.JobId == jobId)];

    /// <summary>The last execution of each thing.</summary>
    public IReadOnlyList<JobExecution> LatestOfJob(string jobId) => [.. OfJob(jobId).GroupBy(e => e.ThingName).Select(own => own.MaxBy(e => e.Number)!)];

    public JobCounts Counts(string jobId) => new(LatestOfJob(jobId));

    public IReadOnlyList<JobExecution> Queue(string thingName) => PendingQueue.Of(OfThing(thingName));

    public Job Put(Job job)
    {
        _changes.Note(Find(job.Id), job);
        _jobs[job.Id] = job;
        return _jobDocuments.Put(job.Id, job);
    }

    public JobExecution Put(JobExecution execution)
    {
        var own = OfThingMutable(execution.ThingName);
        _changes.Note(own.GetValueOrDefault(execution.Id), execution, Queue);
        own[execution.Id] = execution;
        return _executionDocuments.Put(execution.Id, execution);
    }

    public void Delete(Job job)
    {
        foreach (var execution in OfJob(job.Id)) Delete(execution);
        _changes.Note(job, null);
        _jobs.Remove(job.Id);
        _jobDocuments.Delete(job.Id);
    }

    public void Delete(JobExecution execution)
    {
        _changes.Note(execution, null, Queue);
        OfThingMutable(execution.ThingName).Remove(execution.Id);
        _executionDocuments.Delete(execution.Id);
    }

    private SortedDictionary<string, JobExecution> OfThingMutable(string thingName)
    {
        if (!_executions.TryGetValue(thingName, out var own)) _executions[thingName] = own = new SortedDictionary<string, JobExecution>(StringComparer.Ordinal);
        return own;
    }
}
