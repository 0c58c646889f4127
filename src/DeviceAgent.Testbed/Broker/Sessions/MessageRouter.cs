using System.Collections.Concurrent;
using DeviceAgent.Testbed.Broker.Connections;

namespace DeviceAgent.Testbed.Broker.Sessions;

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
