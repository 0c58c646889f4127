namespace DeviceAgent.Testbed.Broker.Topics;

/// <summary>Which topics a filter covers, at AWS IoT.</summary>
internal static class TopicFilters
{
    /// <summary>As in the standard, but <c>a/#</c> does not cover <c>a</c>.</summary>
    public static bool Matches(ReadOnlySpan<char> filter, ReadOnlySpan<char> topic)
    {
        if (topic is ['$', ..] && filter is ['+' or '#', ..]) return false;
        while (true)
        {
            var wanted = Level(ref filter, out var filterGoesOn);
            if (wanted is "#") return true;
            var given = Level(ref topic, out var topicGoesOn);
            if (wanted is not "+" && !wanted.SequenceEqual(given)) return false;
            if (!filterGoesOn || !topicGoesOn) return filterGoesOn == topicGoesOn;
        }
    }

    public static bool HasWildcard(ReadOnlySpan<char> filter) => filter.ContainsAny('+', '#');

    /// <summary>Takes the first level off.</summary>
    private static ReadOnlySpan<char> Level(ref ReadOnlySpan<char> path, out bool goesOn)
    {
        var slash = path.IndexOf('/');
        goesOn = slash >= 0;
        var level = goesOn ? path[..slash] : path;
        path = goesOn ? path[(slash + 1)..] : default;
        return level;
    }
}
