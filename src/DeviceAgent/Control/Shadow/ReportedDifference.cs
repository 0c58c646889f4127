using System.Text.Json.Nodes;

namespace DeviceAgent.Control.Shadow;

/// <summary>What must be sent so that the shadow reports something else than it does.</summary>
internal static class ReportedDifference
{
    /// <summary>Null when there is none. A key that is no longer reported is sent as null, which deletes it.</summary>
    public static JsonObject? Between(JsonObject known, JsonObject wanted)
    {
        var difference = new JsonObject();
        foreach (var (key, value) in wanted)
        {
            if (value is JsonObject inner && known[key] is JsonObject before)
            {
                if (Between(before, inner) is { } nested) difference[key] = nested;
            }
            else if (!JsonNode.DeepEquals(known[key], value))
            {
                difference[key] = value?.DeepClone();
            }
        }

        foreach (var (key, _) in known.Where(k => !wanted.ContainsKey(k.Key))) difference[key] = null;
        return difference.Count == 0 ? null : difference;
    }
}
