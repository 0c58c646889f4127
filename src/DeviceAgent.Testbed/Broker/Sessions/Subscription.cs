using DeviceAgent.Testbed.Broker.Codec;
using DeviceAgent.Testbed.Broker.Topics;

namespace DeviceAgent.Testbed.Broker.Sessions;

/// <summary>What a client wants to receive.</summary>
/// <param name="Text">The filter as it was sent.</param>
/// <param name="Filter">The filter without <c>$share/NAME/</c>.</param>
/// <param name="Group">The NAME of a shared subscription; null when it is the client's own.</param>
internal sealed record Subscription(string Text, string Filter, string? Group)
{
    private const string Share = "$share/";

    public QualityOfService QualityOfService { get; private init; }

    /// <summary>Whether the client's own messages are kept from it.</summary>
    public bool NoLocal { get; private init; }

    /// <summary>Whether messages keep the retain flag they were published with.</summary>
    public bool RetainAsPublished { get; private init; }

    /// <summary>Null when a shared subscription has not the form <c>$share/NAME/FILTER</c>.</summary>
    public static Subscription? From(TopicFilter wanted)
    {
        var (filter, group) = (wanted.Filter, (string?)null);
        if (wanted.Filter.StartsWith(Share, StringComparison.Ordinal))
        {
            if (wanted.Filter.Split('/', 3) is not [_, { Length: > 0 } name, { Length: > 0 } rest]) return null;
            (filter, group) = (rest, name);
        }

        return new Subscription(wanted.Filter, filter, group)
        {
            QualityOfService = wanted.QualityOfService,
            NoLocal = wanted.NoLocal,
            RetainAsPublished = wanted.RetainAsPublished,
        };
    }

    public bool Covers(BrokerMessage message, string clientId) =>
        TopicFilters.Matches(Filter, message.Topic) && !(NoLocal && message.Sender == clientId);
}
