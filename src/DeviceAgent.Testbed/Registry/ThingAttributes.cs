namespace DeviceAgent.Testbed.Registry;

/// <summary>The attributes of a thing or a group: a name without a value is no attribute.</summary>
internal static class ThingAttributes
{
    /// <summary>The last value of a name counts.</summary>
    public static SortedDictionary<string, string> WithoutEmpty(IEnumerable<KeyValuePair<string, string>> attributes)
    {
        var result = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in attributes)
        {
            if (value.Length == 0) result.Remove(key);
            else result[key] = value;
        }

        return result;
    }

    public static bool Same(IReadOnlyDictionary<string, string> a, IReadOnlyDictionary<string, string> b) =>
        a.Count == b.Count && a.All(pair => b.TryGetValue(pair.Key, out var value) && value == pair.Value);

    public static void RequireGood(IReadOnlyDictionary<string, string> attributes)
    {
        foreach (var (key, value) in attributes)
        {
            NameRules.AttributeName(key);
            NameRules.AttributeValue(value);
        }
    }
}
