using System.Text.Json.Nodes;
using DeviceAgent.TestSupport;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Jobs;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Tests.Registry;

namespace DeviceAgent.Testbed.Tests.Jobs;

/// <summary>A fleet: things t01, t02, ... in the group <c>fleet</c>.</summary>
internal sealed class JobsWorld : IDisposable
{
    public const string Group = "fleet";
    public const string Document = """{"operation":"rotate-role-alias","roleAlias":"blue"}""";

    public JobsWorld(int things = 1)
    {
        Iot.Registry.ThingGroups.Create(Group, null, null, new Dictionary<string, string>());
        for (var i = 1; i <= things; i++) Join(Name(i));
    }

    public IotWorld Iot { get; } = new();

    public ManualTimeProvider Time => Iot.Time;

    public RecordingBus Bus => Iot.Bus;

    public JobControl Control => Iot.Jobs.Control;

    public DeviceJobs Devices => Iot.Jobs.Devices;

    public static string Name(int i) => $"t{i:D2}";

    public void Join(string thing)
    {
        if (Iot.Registry.FindThing(thing) is null) Iot.Registry.Things.Create(thing, null, new Dictionary<string, string>());
        Iot.Registry.ThingGroups.Add(Group, thing);
    }

    /// <summary>A job for the whole group.</summary>
    public Job Job(string id = "j", JobSettings? settings = null, string selection = TargetSelection.Snapshot, JobSchedule? schedule = null) =>
        Control.Create(id, Document, [ThingGroup.ArnOf(Group)], selection, settings ?? new JobSettings(), schedule);

    /// <summary>A job for one thing.</summary>
    public Job JobFor(string thing, string id = "j", JobSettings? settings = null) =>
        Control.Create(id, Document, [Thing.ArnOf(thing)], TargetSelection.Snapshot, settings ?? new JobSettings(), schedule: null);

    public JobExecution Report(string thing, string status, string job = "j", long? expectedVersion = null, Dictionary<string, string>? details = null, long? stepTimeout = null) =>
        Devices.Update(thing, job, new ExecutionUpdate(status, details, stepTimeout, expectedVersion, Number: null)).Execution;

    public string StatusOf(string job = "j") => Control.Get(job).Status;

    public string StatusOf(string thing, string job) => Control.Execution(thing, job, null).Status;

    public int Count(string status, string job = "j") => Control.Describe(job).Counts[status];

    /// <summary>How many things were reached so far.</summary>
    public int Reached(string job = "j") => Control.ExecutionsOfJob(job).Count;

    public void Dispose() => Iot.Dispose();

    public static RegistryException Refused(int status, string type, Action action)
    {
        var refusal = Assert.ThrowsAny<RegistryException>(action);
        Assert.Equal((status, type), (refusal.StatusCode, refusal.Type));
        return refusal;
    }
}

/// <summary>What the services published, in order.</summary>
internal sealed class RecordingBus : IMessageBus
{
    private readonly List<(string Topic, JsonObject Payload)> _messages = [];

    public void Publish(string topic, ReadOnlyMemory<byte> payload)
    {
        lock (_messages) _messages.Add((topic, JsonNode.Parse(payload.Span)!.AsObject()));
    }

    /// <summary>What came since the last time.</summary>
    public IReadOnlyList<(string Topic, JsonObject Payload)> Take()
    {
        lock (_messages)
        {
            var taken = _messages.ToList();
            _messages.Clear();
            return taken;
        }
    }

    /// <summary>The topics of what came since the last time, without those of events.</summary>
    public IReadOnlyList<string> TakeNotifications() => [.. Take().Select(m => m.Topic).Where(t => t.StartsWith("$aws/things/", StringComparison.Ordinal))];

    /// <summary>The topics of the events since the last time.</summary>
    public IReadOnlyList<string> TakeEvents() => [.. Take().Select(m => m.Topic).Where(t => t.StartsWith("$aws/events/", StringComparison.Ordinal))];
}
