using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Shadow;

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
