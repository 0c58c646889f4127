using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Control.Cloud;
using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Control.Shadow;

/// <summary>The shadow, as AWS IoT has it.</summary>
/// <param name="Version">Grows with every update.</param>
/// <param name="Desired">The desired keys, sections taken apart: <c>source.intervalSeconds</c>.</param>
/// <param name="Reported">The reported state.</param>
internal sealed record ShadowDocument(long Version, IReadOnlyDictionary<string, DesiredValue> Desired, JsonObject Reported)
{
    /// <summary>More than there is room for in a shadow.</summary>
    private const int MaxKeys = 2000;

    private const int LongestKey = 100;
    private const string DesiredPath = "state.desired";

    /// <summary>In the place of what cannot be read.</summary>
    private static readonly JsonElement Nothing = JsonElement.Parse("null"u8);

    /// <summary>How much of the shadow's room the desired state takes, in bytes.</summary>
    public int DesiredBytes { get; private init; }

    /// <summary>Reads <c>get/accepted</c>; what has another form than it should counts as absent.</summary>
    public static ShadowDocument Read(CloudJson json)
    {
        var payload = json.Root;
        var (state, metadata) = (Child(payload, "state"), Child(payload, "metadata"));
        var desired = new Dictionary<string, DesiredValue>();
        foreach (var (key, value, at) in Leaves(Child(state, "desired"), Child(metadata, "desired")).Take(MaxKeys)) desired[key] = new DesiredValue(value, at, json.FaultIn($"{DesiredPath}{SettingTree.Dot}{key}"));
        foreach (var fault in json.Faults.Where(f => f.IsIn(DesiredPath) && !desired.Keys.Any(k => f.Touches($"{DesiredPath}{SettingTree.Dot}{k}"))))
            desired[PrintableText.Of(fault.Path[DesiredPath.Length..].TrimStart(SettingTree.Dot), LongestKey)] = new DesiredValue(Nothing, 0, fault.What);
        var reported = Child(state, "reported") is { ValueKind: JsonValueKind.Object } known ? JsonNode.Parse(known.GetRawText())!.AsObject() : [];
        var bytes = Child(state, "desired") is { } whole ? Encoding.UTF8.GetByteCount(whole.GetRawText()) : 0;
        return new ShadowDocument(VersionOf(payload) ?? 0, desired, reported) { DesiredBytes = bytes };
    }

    public static long? VersionOf(JsonElement payload) =>
        payload.TryGetProperty("version", out var version) && version.ValueKind == JsonValueKind.Number && version.TryGetInt64(out var number) ? number : null;

    private static IEnumerable<(string Key, JsonElement Value, long At)> Leaves(JsonElement? desired, JsonElement? metadata, string path = "")
    {
        if (desired is not { ValueKind: JsonValueKind.Object } section) yield break;
        foreach (var property in section.EnumerateObject())
        {
            var (key, written) = (path + property.Name, Child(metadata, property.Name));
            if (!SettingTree.IsSection(key, property.Value)) yield return (key, property.Value, Timestamp(written));
            else foreach (var inner in Leaves(property.Value, written, key + SettingTree.Dot)) yield return inner;
        }
    }

    /// <summary>The time of a value; of an object or a list, the latest in it.</summary>
    private static long Timestamp(JsonElement? metadata) => metadata switch
    {
        { ValueKind: JsonValueKind.Object } o when o.TryGetProperty("timestamp", out var at) && at.ValueKind == JsonValueKind.Number && at.TryGetInt64(out var seconds) => seconds,
        { ValueKind: JsonValueKind.Object } o => o.EnumerateObject().Select(p => Timestamp(p.Value)).DefaultIfEmpty().Max(),
        { ValueKind: JsonValueKind.Array } a => a.EnumerateArray().Select(e => Timestamp(e)).DefaultIfEmpty().Max(),
        _ => 0,
    };

    private static JsonElement? Child(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty(name, out var child) && (child.ValueKind is JsonValueKind.Object or JsonValueKind.Array) ? child : null;
}

/// <summary>One key of the desired state.</summary>
/// <param name="Value">What it shall be.</param>
/// <param name="Timestamp">When it was written, in epoch seconds; 0 where the shadow does not say.</param>
/// <param name="Problem">Why it cannot be read; null when it can.</param>
internal sealed record DesiredValue(JsonElement Value, long Timestamp, string? Problem = null);
