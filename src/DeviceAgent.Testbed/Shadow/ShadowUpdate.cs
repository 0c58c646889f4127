using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Shadow;

/// <summary>A request to change a shadow, checked.</summary>
/// <param name="State">As it was sent; null clears both sections.</param>
/// <param name="Desired">What to do with the section.</param>
/// <param name="Reported">What to do with the section.</param>
/// <param name="Version">The version the sender thinks it changes; null does not care.</param>
/// <param name="ClientToken">Comes back in what the update causes.</param>
internal sealed record ShadowUpdate(JsonObject? State, SectionPatch Desired, SectionPatch Reported, long? Version, string? ClientToken)
{
    /// <summary>AWS's error text says 6; its pages also say 5 and 8.</summary>
    private const int MaximumDepth = 6;

    /// <exception cref="ShadowException">What is wrong with it.</exception>
    public static ShadowUpdate Parse(ReadOnlySpan<byte> payload)
    {
        var document = ShadowPayload.Parse(payload);
        if (!document.TryGetPropertyValue("state", out var node)) throw ShadowException.Invalid("Missing required node: state");
        if (node is not (null or JsonObject)) throw ShadowException.Invalid("State node must be an object");
        var state = (JsonObject?)node;
        var desired = Section(state, "desired", "Desired");
        var reported = Section(state, "reported", "Reported");
        if (state?.Select(pair => pair.Key).FirstOrDefault(key => key is not ("desired" or "reported")) is { } other) throw ShadowException.InvalidNode(other);
        return new ShadowUpdate(state, desired, reported, VersionOf(document), ShadowPayload.TokenOf(document));
    }

    private static SectionPatch Section(JsonObject? state, string name, string title)
    {
        if (state is null) return SectionPatch.Clear;
        if (!state.TryGetPropertyValue(name, out var node)) return SectionPatch.Keep;
        if (node is null) return SectionPatch.Clear;
        var section = node as JsonObject ?? throw ShadowException.Invalid($"{title} node must be an object");
        if (DepthOf(section) > MaximumDepth) throw ShadowException.Invalid($"JSON contains too many levels of nesting; maximum is {MaximumDepth}");
        RefuseNullsInArrays(section, name, inArray: false);
        return SectionPatch.Merge(section);
    }

    private static long? VersionOf(JsonObject document)
    {
        if (!document.TryGetPropertyValue("version", out var node)) return null;
        return node is JsonValue value && value.TryGetValue<long>(out var version) && version >= 0 ? version : throw ShadowException.Invalid("Invalid version");
    }

    /// <summary>How many levels a value opens; something empty opens none.</summary>
    private static int DepthOf(JsonNode? node) => node switch
    {
        JsonObject { Count: > 0 } inner => 1 + inner.Max(pair => DepthOf(pair.Value)),
        JsonArray { Count: > 0 } items => 1 + items.Max(DepthOf),
        _ => 0,
    };

    private static void RefuseNullsInArrays(JsonNode? node, string key, bool inArray)
    {
        if (node is null && inArray) throw ShadowException.InvalidNode(key);
        if (node is JsonObject inner)
        {
            foreach (var (name, value) in inner) RefuseNullsInArrays(value, name, inArray);
        }
        else if (node is JsonArray items)
        {
            foreach (var item in items) RefuseNullsInArrays(item, key, inArray: true);
        }
    }
}
