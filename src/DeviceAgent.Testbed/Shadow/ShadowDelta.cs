using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Shadow;

/// <summary>What is desired but not reported. Objects are compared member by member, arrays as a whole; what is only reported does not count.</summary>
internal static class ShadowDelta
{
    /// <summary>With the metadata of what is desired; null when there is no difference.</summary>
    public static ShadowSection? Of(ShadowSection? desired, ShadowSection? reported)
    {
        if (desired is null) return null;
        var delta = ShadowSection.Empty;
        Collect(desired.Values, desired.Metadata, reported?.Values, delta);
        return delta.Values.Count == 0 ? null : delta;
    }

    private static void Collect(JsonObject desired, JsonObject metadata, JsonObject? reported, ShadowSection delta)
    {
        foreach (var (key, value) in desired)
        {
            var actual = reported?[key];
            if (value is JsonObject inner)
            {
                var difference = ShadowSection.Empty;
                Collect(inner, (JsonObject)metadata[key]!, actual as JsonObject, difference);
                if (difference.Values.Count > 0) (delta.Values[key], delta.Metadata[key]) = (difference.Values, difference.Metadata);
            }
            else if (!JsonNode.DeepEquals(value, actual))
            {
                (delta.Values[key], delta.Metadata[key]) = (value!.DeepClone(), metadata[key]!.DeepClone());
            }
        }
    }
}

/// <summary>What a change publishes, whether it came by MQTT or HTTP.</summary>
/// <param name="Key">The shadow that changed.</param>
/// <param name="Action"><c>update</c> or <c>delete</c>.</param>
/// <param name="Accepted">The answer to whoever asked.</param>
/// <param name="Delta">What is desired and not reported so; null when all is, and with delete.</param>
/// <param name="Documents">Before and after; null with delete.</param>
internal sealed record ShadowChange(ShadowKey Key, string Action, JsonObject Accepted, JsonObject? Delta, JsonObject? Documents);
