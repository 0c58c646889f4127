using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Shadow;

/// <summary>Merging: objects member by member, everything else (arrays too) as a whole; null deletes.</summary>
internal static class ShadowMerge
{
    /// <param name="section">Stays as it is.</param>
    /// <param name="patch">What to set and to delete.</param>
    /// <param name="timestamp">Epoch seconds, for the metadata of all that is set.</param>
    public static ShadowSection Of(ShadowSection section, JsonObject patch, long timestamp)
    {
        var merged = new ShadowSection((JsonObject)section.Values.DeepClone(), (JsonObject)section.Metadata.DeepClone());
        Merge(merged.Values, merged.Metadata, patch, timestamp);
        return merged;
    }

    private static void Merge(JsonObject values, JsonObject metadata, JsonObject patch, long timestamp)
    {
        foreach (var (key, value) in patch)
        {
            switch (value)
            {
                case null:
                    values.Remove(key);
                    metadata.Remove(key);
                    break;
                case JsonObject inner:
                    if (values[key] is not JsonObject) (values[key], metadata[key]) = (new JsonObject(), new JsonObject());
                    Merge((JsonObject)values[key]!, (JsonObject)metadata[key]!, inner, timestamp);
                    break;
                default:
                    values[key] = value.DeepClone();
                    metadata[key] = Stamp(value, timestamp);
                    break;
            }
        }
    }

    /// <summary>A time for every leaf; an array has one for each element.</summary>
    private static JsonNode Stamp(JsonNode? value, long timestamp) => value switch
    {
        JsonArray items => new JsonArray([.. items.Select(item => Stamp(item, timestamp))]),
        JsonObject inner => new JsonObject(inner.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, Stamp(pair.Value, timestamp)))),
        _ => new JsonObject { ["timestamp"] = timestamp },
    };
}

/// <summary>What an update does with a section: leaves it, takes it away, or merges values into it (a null deletes its key).</summary>
internal sealed record SectionPatch
{
    private readonly JsonObject? _values;
    private readonly bool _clears;

    private SectionPatch(JsonObject? values, bool clears) => (_values, _clears) = (values, clears);

    public static SectionPatch Keep { get; } = new(null, clears: false);

    public static SectionPatch Clear { get; } = new(null, clears: true);

    public static SectionPatch Merge(JsonObject values) => new(values, clears: false);

    /// <summary>The section afterwards; null when nothing is left in it.</summary>
    public ShadowSection? ApplyTo(ShadowSection? section, long timestamp)
    {
        if (_clears) return null;
        if (_values is null) return section;
        var merged = ShadowMerge.Of(section ?? ShadowSection.Empty, _values, timestamp);
        return merged.Values.Count == 0 ? null : merged;
    }

    /// <summary>The metadata of what is set here; null when nothing is.</summary>
    public JsonObject? Metadata(long timestamp) =>
        _values is not null && ShadowMerge.Of(ShadowSection.Empty, _values, timestamp).Metadata is { Count: > 0 } metadata ? metadata : null;
}

/// <summary><c>desired</c> or <c>reported</c> (or the difference): values, and in the same shape when each was set. Never changed once made.</summary>
internal sealed record ShadowSection(JsonObject Values, JsonObject Metadata)
{
    public static ShadowSection Empty => new([], []);
}
