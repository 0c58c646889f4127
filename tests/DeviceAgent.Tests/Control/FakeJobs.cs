using System.Text.Json.Nodes;

namespace DeviceAgent.Tests.Control;

/// <summary>The jobs of one thing, by protocol.md section 3.</summary>
internal sealed class FakeJobs(FakeCloud cloud)
{
    private const string Topic = FakeCloud.Prefix + "/jobs";

    private readonly List<FakeJob> _jobs = [];

    /// <summary>A limit that nobody knows of.</summary>
    public bool RefusesReasons { get; set; }

    public FakeJob this[string id] => cloud.Locked(() => _jobs.Single(j => j.Id == id) with { });

    public override string ToString() => cloud.Locked(() => string.Join(" ", _jobs));

    public void Create(string id, string document)
    {
        var isHead = cloud.Locked(() =>
        {
            _jobs.Add(new FakeJob(id, document));
            return Head()?.Id == id;
        });
        if (isHead) Notify();
    }

    public void Cancel(string id)
    {
        cloud.Locked(() => Find(id).Status = "CANCELED");
        Notify();
    }

    /// <summary>Somebody else updates the execution.</summary>
    public void Touch(string id) => cloud.Locked(() => Find(id).Version++);

    public void Notify() => cloud.Publish($"{Topic}/notify-next", cloud.Locked(() => Describe(Head(), null)));

    public List<(string, JsonObject)> Handle(string topic, JsonObject request)
    {
        var token = request["clientToken"]?.DeepClone();
        if (topic == $"{Topic}/start-next")
        {
            var head = Head();
            if (head is { Status: "QUEUED" }) (head.Status, head.Version) = ("IN_PROGRESS", head.Version + 1);
            return [($"{topic}/accepted", Describe(head, token))];
        }

        var job = Find(topic.Split('/')[^2]);
        if (RefusesReasons && request["statusDetails"]!.AsObject().ContainsKey("reason")) return [($"{topic}/rejected", Refusal("InvalidRequest", job, token))];
        if (job.IsOver) return [($"{topic}/rejected", Refusal("InvalidStateTransition", job, token))];
        if (request["expectedVersion"]!.GetValue<string>() != $"{job.Version}") return [($"{topic}/rejected", Refusal("VersionMismatch", job, token))];
        job.Status = request["status"]!.GetValue<string>();
        job.Version++;
        job.Details = request["statusDetails"]!.AsObject().ToDictionary(d => d.Key, d => d.Value!.GetValue<string>());
        job.Told.Add($"{job.Status} {job.Details.GetValueOrDefault("step")}");
        Assert.All(job.Details.Values, v => Assert.True(v.Length is >= 1 and <= 1024 && !v.Any(char.IsControl)));
        List<(string, JsonObject)> messages = [($"{topic}/accepted", new JsonObject { ["clientToken"] = token, ["executionState"] = State(job) })];
        if (job.IsOver) messages.Add(($"{Topic}/notify-next", Describe(Head(), null)));
        return messages;
    }

    private static JsonObject Refusal(string code, FakeJob job, JsonNode? token) =>
        new() { ["code"] = code, ["message"] = "no", ["clientToken"] = token, ["executionState"] = State(job) };

    private static JsonObject State(FakeJob job) => new() { ["status"] = job.Status, ["versionNumber"] = job.Version };

    private static JsonObject Describe(FakeJob? job, JsonNode? token)
    {
        var answer = new JsonObject { ["timestamp"] = 1, ["clientToken"] = token };
        if (job is not null)
            answer["execution"] = new JsonObject { ["jobId"] = job.Id, ["status"] = job.Status, ["versionNumber"] = job.Version, ["executionNumber"] = 1, ["jobDocument"] = WithoutNulls(JsonNode.Parse(job.Document)) };
        return answer;
    }

    /// <summary>As AWS IoT Jobs leave them out.</summary>
    private static JsonNode? WithoutNulls(JsonNode? node) => node is JsonObject members
        ? new JsonObject(members.Where(m => m.Value is not null).Select(m => KeyValuePair.Create(m.Key, WithoutNulls(m.Value))))
        : node?.DeepClone();

    private FakeJob? Head() => _jobs.Find(j => j.Status == "IN_PROGRESS") ?? _jobs.Find(j => j.Status == "QUEUED");

    private FakeJob Find(string id) => _jobs.Single(j => j.Id == id);
}
