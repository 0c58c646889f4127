namespace DeviceAgent.Testbed.Registry.Rest;

/// <summary>A raw request target taken apart before it is decoded: an encoded slash does not part segments.</summary>
internal sealed record RestTarget(string[] Segments, IReadOnlyDictionary<string, string> Query)
{
    public static RestTarget Parse(string rawTarget)
    {
        var (path, query) = rawTarget.Split('?', 2) is [var before, var after] ? (before, after) : (rawTarget, "");
        var values = new Dictionary<string, string>();
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var pair = part.Split('=', 2);
            values[Decode(pair[0])] = pair.Length == 2 ? Decode(pair[1]) : "";
        }

        return new RestTarget(path.Split('/'), values);
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
