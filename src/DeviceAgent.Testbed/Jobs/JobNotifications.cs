using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Registry.Rest;

namespace DeviceAgent.Testbed.Jobs;

/// <summary>
/// <c>notify</c> when something came onto a thing's list or left it, <c>notify-next</c> when another execution (or none) is at its head.
/// An execution that only begins, or reports progress, changes neither.
/// </summary>
internal sealed class JobNotifications(IMessageBus bus, TimeProvider time)
{
    private const int ListLength = 10;

    public void Tell(JobLedger ledger, JobChanges changes)
    {
        foreach (var (thing, before) in changes.QueuesBefore)
        {
            var after = ledger.Queue(thing);
            if (!before.Select(e => e.Id).ToHashSet().SetEquals(after.Select(e => e.Id))) Publish(thing, "notify", new JsonObject { ["jobs"] = List(after) });
            if (Head(before)?.Id == Head(after)?.Id) continue;
            Publish(thing, "notify-next", new JsonObject().With("execution", Head(after) is { } head ? ExecutionShapes.Announced(head, ledger.Get(head.JobId)) : null));
        }
    }

    private static JobExecution? Head(IReadOnlyList<JobExecution> queue) => queue is [var head, ..] ? head : null;

    /// <summary>A state that no execution is in is left out.</summary>
    private static JsonObject List(IReadOnlyList<JobExecution> queue)
    {
        var first = queue.Take(ListLength).ToList();
        var list = new JsonObject();
        foreach (var status in new[] { ExecutionStatus.InProgress, ExecutionStatus.Queued })
        {
            if (first.Any(e => e.Status == status)) list[status] = ExecutionShapes.Summaries(first, status);
        }

        return list;
    }

    private void Publish(string thing, string topic, JsonObject payload)
    {
        payload.Insert(0, "timestamp", time.GetUtcNow().ToUnixTimeSeconds());
        bus.Publish($"$aws/things/{thing}/jobs/{topic}", Encoding.UTF8.GetBytes(payload.ToJsonString()));
    }
}

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
