using System.Text;

namespace DeviceAgent.Testbed.Broker;

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

/// <summary>Topics that begin with <c>$</c> are reserved for the service.</summary>
internal static class ReservedTopics
{
    private static readonly string[] Subscribable = ["$aws/things/", "$aws/certificates/", "$aws/provisioning-templates/", "$aws/events/"];

    public static bool Contain(string topic) => topic.StartsWith('$');

    /// <summary>Whether the service publishes anything that the filter could cover.</summary>
    public static bool CanBeSubscribedTo(string filter) =>
        !Contain(filter) || Subscribable.Any(known => filter.StartsWith(known, StringComparison.Ordinal));
}

internal static class TopicQuota
{
    /// <summary>The quota that a topic or filter exceeds, or null.</summary>
    public static string? Breach(string topic, MessageLimits limits)
    {
        if (Encoding.UTF8.GetByteCount(topic) > limits.TopicBytes) return $"longer than {limits.TopicBytes} bytes";
        return topic.AsSpan().Count('/') > limits.TopicSlashes ? $"more than {limits.TopicSlashes} slashes" : null;
    }
}
