using System.Text.Json.Nodes;

namespace DeviceAgent.Tests.Control;

/// <summary>The named shadow, by protocol.md section 2.</summary>
internal sealed class FakeShadow(FakeCloud cloud)
{
    private const string Topic = FakeCloud.Prefix + "/shadow/name/device-agent";

    private readonly JsonObject _state = [];
    private readonly JsonObject _metadata = [];
    private bool _exists;

    public long Version { get; private set; }

    /// <summary>Epoch seconds of the next write by the operator; grows with each.</summary>
    public long Clock { get; set; } = 1000;

    public JsonObject Desired => cloud.Locked(() => Section("desired").DeepClone().AsObject());

    public JsonObject Reported => cloud.Locked(() => Section("reported").DeepClone().AsObject());

    /// <summary>The updates that the device made.</summary>
    public List<JsonObject> Reports { get; } = [];

    public int Gets { get; private set; }

    public override string ToString() => cloud.Locked(() => $"{Version} {_state.ToJsonString()}");

    /// <summary>The operator writes; null deletes.</summary>
    public void Desire(string json)
    {
        var messages = cloud.Locked(() => Update(new JsonObject { ["desired"] = JsonNode.Parse(json) }, null));
        foreach (var (topic, payload) in messages) cloud.Publish(topic, payload);
    }

    /// <summary>An old message comes again.</summary>
    public void Replay(long version, string delta) =>
        cloud.Publish($"{Topic}/update/delta", new JsonObject { ["version"] = version, ["timestamp"] = 1, ["state"] = JsonNode.Parse(delta) });

    public List<(string, JsonObject)> Handle(string topic, JsonObject request)
    {
        var token = request["clientToken"]?.DeepClone();
        if (topic == $"{Topic}/get")
        {
            Gets++;
            return [_exists
                ? ($"{topic}/accepted", new JsonObject { ["state"] = _state.DeepClone(), ["metadata"] = _metadata.DeepClone(), ["version"] = Version, ["timestamp"] = Clock, ["clientToken"] = token })
                : ($"{topic}/rejected", new JsonObject { ["code"] = 404, ["message"] = "No shadow exists with name: 'device-agent'", ["clientToken"] = token })];
        }

        Assert.Equal($"{Topic}/update", topic);
        var state = request["state"]!.AsObject();
        if (request["version"] is { } expected && (long)expected != Version) return [($"{topic}/rejected", new JsonObject { ["code"] = 409, ["message"] = "Version conflict", ["clientToken"] = token })];
        if (IsTooLarge(state)) return [($"{topic}/rejected", new JsonObject { ["code"] = 413, ["message"] = "The payload exceeds the maximum size allowed", ["clientToken"] = token })];
        if (state["reported"] is JsonObject reported) Reports.Add(reported.DeepClone().AsObject());
        return Update(state, token);
    }

    /// <summary>What AWS IoT allows for desired and reported together.</summary>
    public int Limit { get; set; } = 8192;

    public int Refusals { get; private set; }

    private bool IsTooLarge(JsonObject change)
    {
        var merged = new JsonObject { ["desired"] = Section("desired").DeepClone(), ["reported"] = Section("reported").DeepClone() };
        foreach (var (section, values) in change) Merge(merged[section]!.AsObject(), [], values!.AsObject());
        if (System.Text.Encoding.UTF8.GetByteCount(merged.ToJsonString()) <= Limit) return false;
        Refusals++;
        return true;
    }

    private List<(string, JsonObject)> Update(JsonObject state, JsonNode? token)
    {
        _exists = true;
        Version++;
        Clock++;
        foreach (var (section, change) in state)
        {
            if (change is null) _state.Remove(section);
            else Merge(Section(section), Section(section, _metadata), change.AsObject());
        }

        JsonObject accepted = new() { ["state"] = state.DeepClone(), ["version"] = Version, ["clientToken"] = token?.DeepClone() };
        List<(string, JsonObject)> messages = [($"{Topic}/update/accepted", accepted)];
        if (Difference(Section("desired"), Section("reported")) is { Count: > 0 } delta)
            messages.Add(($"{Topic}/update/delta", new JsonObject { ["state"] = delta, ["version"] = Version, ["clientToken"] = token?.DeepClone() }));
        return messages;
    }

    private void Merge(JsonObject into, JsonObject metadata, JsonObject change)
    {
        foreach (var (key, value) in change)
        {
            if (value is null)
            {
                into.Remove(key);
                metadata.Remove(key);
            }
            else if (value is JsonObject inner)
            {
                if (into[key] is not JsonObject child) into[key] = child = [];
                if (metadata[key] is not JsonObject written) metadata[key] = written = [];
                Merge(child, written, inner);
                if (child.Count == 0) into.Remove(key);
            }
            else
            {
                into[key] = value.DeepClone();
                metadata[key] = new JsonObject { ["timestamp"] = Clock };
            }
        }
    }

    private static JsonObject Difference(JsonObject desired, JsonObject reported)
    {
        var difference = new JsonObject();
        foreach (var (key, value) in desired)
        {
            if (value is JsonObject inner && reported[key] is JsonObject other)
            {
                if (Difference(inner, other) is { Count: > 0 } nested) difference[key] = nested;
            }
            else if (!JsonNode.DeepEquals(value, reported[key]))
            {
                difference[key] = value?.DeepClone();
            }
        }

        return difference;
    }

    private JsonObject Section(string name, JsonObject? of = null)
    {
        of ??= _state;
        if (of[name] is not JsonObject section) of[name] = section = [];
        return section;
    }
}
