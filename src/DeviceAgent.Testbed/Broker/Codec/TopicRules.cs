namespace DeviceAgent.Testbed.Broker.Codec;

/// <summary>What topics and topic filters look like (MQTT 5, section 4.7).</summary>
public static class TopicRules
{
    private const string Share = "$share/";

    /// <summary>Whether messages can be published to it: not empty, no wildcard, no U+0000.</summary>
    public static bool IsTopic(ReadOnlySpan<char> topic) => !topic.IsEmpty && !topic.ContainsAny('+', '#', '\0');

    /// <summary>Whether it can be subscribed to: wildcards fill a level, <c>#</c> only the last one.</summary>
    public static bool IsFilter(ReadOnlySpan<char> filter)
    {
        if (filter.IsEmpty || filter.Contains('\0')) return false;
        while (true)
        {
            var slash = filter.IndexOf('/');
            var level = slash < 0 ? filter : filter[..slash];
            if (level.Length > 1 && level.ContainsAny('+', '#')) return false;
            if (slash < 0) return true;
            if (level is "#") return false;
            filter = filter[(slash + 1)..];
        }
    }

    /// <summary>Whether it is a shared subscription: <c>$share/NAME/FILTER</c>.</summary>
    public static bool IsShared(ReadOnlySpan<char> filter) => filter.StartsWith(Share);

    /// <summary>Whether it can be subscribed to in MQTT 5, where shared subscriptions have a form to keep.</summary>
    public static bool IsFilterOrShared(ReadOnlySpan<char> filter)
    {
        if (!IsShared(filter)) return IsFilter(filter);
        var rest = filter[Share.Length..];
        var slash = rest.IndexOf('/');
        return slash > 0 && !rest[..slash].ContainsAny('+', '#') && IsFilter(rest[(slash + 1)..]);
    }

    internal static string CheckedTopic(string topic) =>
        IsTopic(topic) ? topic : throw new ProtocolException(ReasonCode.TopicNameInvalid, "A topic that is empty or has a wildcard.");

    internal static string CheckedFilter(string filter, ProtocolVersion version)
    {
        var valid = version == ProtocolVersion.V5 ? IsFilterOrShared(filter) : IsFilter(filter);
        return valid ? filter : throw new ProtocolException(ReasonCode.TopicFilterInvalid, "A topic filter that is empty or has a wildcard in a wrong place.");
    }
}
