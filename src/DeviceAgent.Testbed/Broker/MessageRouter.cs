using System.Collections.Concurrent;
using DeviceAgent.Testbed.Broker.Codec;

namespace DeviceAgent.Testbed.Broker;

/// <summary>Brings messages to the sessions whose subscriptions cover them.</summary>
/// <param name="sessions">All sessions, by client id.</param>
internal sealed class MessageRouter(ConcurrentDictionary<string, ClientSession> sessions)
{
    private readonly SharedTurns _turns = new();

    public void Route(BrokerMessage message)
    {
        var shared = new List<(Subscription Subscription, ClientSession Session)>();
        foreach (var session in sessions.Values)
        {
            var covering = session.Covering(message);
            if (covering.Where(s => s.Group is null).MaxBy(s => s.QualityOfService) is { } own)
                session.Deliver(message, own.QualityOfService, message.Retain && own.RetainAsPublished);
            foreach (var one in covering.Where(s => s.Group is not null)) shared.Add((one, session));
        }

        foreach (var (subscription, session) in _turns.Next(shared)) session.Deliver(message, subscription.QualityOfService, message.Retain && subscription.RetainAsPublished);
    }

    /// <summary>To the one who asked, with the QoS of its subscription if it has one.</summary>
    public static void Reply(DeviceConnection connection, AcceptedClient client, string topic, ReadOnlyMemory<byte> payload)
    {
        if (client.Session.Connection != connection) return;
        var message = new BrokerMessage(topic, payload);
        var granted = client.Session.Covering(message).Select(s => s.QualityOfService).DefaultIfEmpty().Max();
        client.Session.Deliver(message, granted, retain: false);
    }
}

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

/// <summary>Who gets a message of each shared subscription: those who are connected take turns, else those who are not.</summary>
internal sealed class SharedTurns
{
    private uint _turn;

    /// <param name="members">Of all groups that the message goes to; may be empty.</param>
    public IEnumerable<(Subscription Subscription, ClientSession Session)> Next(IReadOnlyCollection<(Subscription Subscription, ClientSession Session)> members)
    {
        if (members.Count == 0) return [];
        var turn = Interlocked.Increment(ref _turn);
        return members.GroupBy(m => m.Subscription.Text).Select(group => OneOf([.. group], turn));
    }

    private static (Subscription Subscription, ClientSession Session) OneOf(IReadOnlyList<(Subscription Subscription, ClientSession Session)> members, uint turn)
    {
        var present = members.Where(m => m.Session.Connection is not null).ToList();
        var candidates = present.Count > 0 ? present : members;
        return candidates[(int)(turn % candidates.Count)];
    }
}
