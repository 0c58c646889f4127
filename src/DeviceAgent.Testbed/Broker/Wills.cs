using DeviceAgent.Testbed.Broker.Codec;

namespace DeviceAgent.Testbed.Broker;

/// <summary>Last wills: what is published when a connection ends badly, at once or after a delay.</summary>
/// <param name="publish">Routes a message, and keeps it if it is to be retained.</param>
/// <param name="time">Measures the delays.</param>
internal sealed class Wills(Func<BrokerMessage, bool> publish, TimeProvider time)
{
    /// <summary>The will that a CONNECT leaves, and its delay; null for none.</summary>
    public (BrokerMessage, TimeSpan)? Of(ConnectPacket connect, ConnectTerms terms) => connect.Will is { } will
        ? (BrokerMessage.From(terms.ClientId, will.Topic, will.Payload, will.QualityOfService, will.Retain, will.Properties, time.GetUtcNow()),
            TimeSpan.FromSeconds(will.Properties?.WillDelayInterval ?? 0))
        : null;

    /// <summary>A client has gone without DISCONNECT.</summary>
    /// <param name="client">Who.</param>
    /// <param name="isKept">Its session goes on without it: the will can wait.</param>
    /// <param name="takenOver">Another connection has the session already.</param>
    public void Left(AcceptedClient client, bool isKept, bool takenOver)
    {
        if (client.Will is not { } will) return;
        var session = client.Session;
        var delay = !isKept ? TimeSpan.Zero : will.Delay < session.Expiry ? will.Delay : session.Expiry;
        if (delay == TimeSpan.Zero) Publish(will.Message, client.Rights);
        else if (!takenOver) session.Will = new PendingWill(will.Message, client.Rights, time.GetTimestamp(), delay);
    }

    /// <summary>Publishes the session's will when its delay is over.</summary>
    public void PublishIfDue(ClientSession session)
    {
        if (session.Will is not { } will || time.GetElapsedTime(will.Since) < will.Delay) return;
        session.Will = null;
        Publish(will.Message, will.Rights);
    }

    /// <summary>A will on a reserved topic is ignored.</summary>
    public void Publish(BrokerMessage will, DeviceRights rights)
    {
        if (!ReservedTopics.Contain(will.Topic) && rights.MayPublish(will.Topic, will.Retain)) publish(will);
    }
}

/// <summary>A will whose delay runs.</summary>
/// <param name="Message">What is published, unless the client comes back in time.</param>
/// <param name="Rights">Of the connection that left it.</param>
/// <param name="Since">Timestamp of the connection's end.</param>
/// <param name="Delay">From there.</param>
internal sealed record PendingWill(BrokerMessage Message, DeviceRights Rights, long Since, TimeSpan Delay);
