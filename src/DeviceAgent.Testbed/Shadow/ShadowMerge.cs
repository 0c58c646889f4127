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
