using DeviceAgent.Testbed.Broker.Codec;
using DeviceAgent.Testbed.Credentials;

namespace DeviceAgent.Testbed.Broker;

/// <summary>Answers the packets of an accepted client. Each method returns the end of the connection, or null to go on.</summary>
internal sealed class PacketHandler(MqttBroker broker, DeviceConnection connection, AcceptedClient client, BrokerLimits limits, TimeProvider time)
{
    private readonly RequestQuota _publishes = new(time);

    private bool SpeaksReasons => client.Version == ProtocolVersion.V5;

    public ConnectionEnd? Handle(MqttPacket packet)
    {
        switch (packet)
        {
            case PublishPacket publish: return Handle(publish);
            case SubscribePacket subscribe: return Handle(subscribe);
            case UnsubscribePacket unsubscribe: return Handle(unsubscribe);
            case DisconnectPacket disconnect: return Handle(disconnect);
            case PubAckPacket ack:
                client.Session.Acknowledge(ack.PacketId);
                return null;
            case PingReqPacket:
                connection.Send(new PingRespPacket());
                return null;
            case ConnectPacket: return ConnectionEnd.ClientError(ReasonCode.ProtocolError, "A second CONNECT.");
            default: return ConnectionEnd.ClientError(ReasonCode.ProtocolError, $"The client sent {packet.Type}.");
        }
    }

    private ConnectionEnd? Handle(PublishPacket publish)
    {
        if (Misuse(publish) is { } end) return end;
        if (!_publishes.TryTake(limits.PublishesPerSecond))
        {
            if (SpeaksReasons) Acknowledge(publish, ReasonCode.QuotaExceeded);
            return null;
        }

        if (!client.Rights.MayPublish(publish.Topic, publish.Retain))
        {
            var refusal = ConnectionEnd.NotAuthorized($"The policies do not allow to publish to '{publish.Topic}'.");
            if (!SpeaksReasons || publish.QualityOfService == QualityOfService.AtMostOnce) return refusal;
            Acknowledge(publish, ReasonCode.NotAuthorized);
            return null;
        }

        if (ReservedTopics.Contain(publish.Topic))
        {
            if (publish.Retain || !broker.TryServe(publish, connection, client))
                return ConnectionEnd.ClientError(ReasonCode.TopicNameInvalid, $"'{publish.Topic}' is a reserved topic that nothing can be published to this way.");
        }
        else
        {
            var message = BrokerMessage.From(
                client.Terms.ClientId, publish.Topic, publish.Payload, publish.QualityOfService, publish.Retain, publish.Properties, time.GetUtcNow());
            if (!broker.TryPublish(message))
            {
                Acknowledge(publish, ReasonCode.QuotaExceeded);
                return null;
            }
        }

        Acknowledge(publish, ReasonCode.Success);
        return null;
    }

    private ConnectionEnd? Misuse(PublishPacket publish)
    {
        if (publish.QualityOfService == QualityOfService.ExactlyOnce)
            return ConnectionEnd.ClientError(ReasonCode.QosNotSupported, "PUBLISH with QoS 2.");
        if (publish.Properties?.TopicAlias is not null)
            return ConnectionEnd.ClientError(ReasonCode.TopicAliasInvalid, "A topic alias, though none was offered.");
        if (publish.Properties?.SubscriptionIdentifiers.Count > 0)
            return ConnectionEnd.ClientError(ReasonCode.ProtocolError, "A client's PUBLISH with a subscription identifier.");
        if (publish.Payload.Length > limits.Packets.PayloadBytes)
            return ConnectionEnd.ClientError(ReasonCode.PacketTooLarge, $"A payload of {publish.Payload.Length} bytes.");
        return TopicQuota.Breach(publish.Topic, limits.Packets) is { } breach
            ? ConnectionEnd.ClientError(ReasonCode.TopicNameInvalid, $"A topic with {breach}.")
            : null;
    }

    private void Acknowledge(PublishPacket publish, ReasonCode reason)
    {
        if (publish.QualityOfService == QualityOfService.AtLeastOnce) connection.Send(new PubAckPacket { PacketId = publish.PacketId, ReasonCode = reason });
    }

    private ConnectionEnd? Handle(SubscribePacket packet)
    {
        if (packet.Properties?.SubscriptionIdentifiers.Count > 0)
            return ConnectionEnd.ClientError(ReasonCode.SubscriptionIdentifiersNotSupported, "A subscription identifier.");
        if (packet.Filters.Count > limits.Packets.FiltersPerSubscribe)
            return ConnectionEnd.ClientError(ReasonCode.QuotaExceeded, $"SUBSCRIBE with {packet.Filters.Count} filters.");
        var retained = new List<(Subscription Subscription, BrokerMessage Message)>();
        var codes = new List<ReasonCode>();
        foreach (var wanted in packet.Filters)
        {
            if (wanted.QualityOfService == QualityOfService.ExactlyOnce)
                return ConnectionEnd.ClientError(ReasonCode.QosNotSupported, "SUBSCRIBE with QoS 2.");
            if (Subscription.From(wanted) is not { } subscription || !ReservedTopics.CanBeSubscribedTo(subscription.Filter))
                return ConnectionEnd.ClientError(ReasonCode.TopicFilterInvalid, $"'{wanted.Filter}' cannot be subscribed to.");
            if (TopicQuota.Breach(subscription.Filter, limits.Packets) is { } breach)
                return ConnectionEnd.ClientError(ReasonCode.TopicFilterInvalid, $"A topic filter with {breach}.");
            codes.Add(Subscribe(wanted, subscription, retained));
        }

        connection.Send(new SubAckPacket { PacketId = packet.PacketId, ReasonCodes = codes });
        foreach (var (subscription, message) in retained) client.Session.Deliver(message, subscription.QualityOfService, retain: true);
        return null;
    }

    private ReasonCode Subscribe(TopicFilter wanted, Subscription subscription, List<(Subscription, BrokerMessage)> retained)
    {
        if (!client.Rights.MaySubscribe(subscription.Text)) return ReasonCode.NotAuthorized;
        if (!client.Session.TrySubscribe(subscription, out var isNew)) return ReasonCode.QuotaExceeded;
        var wantsRetained = wanted.RetainHandling == RetainHandling.SendAlways || (wanted.RetainHandling == RetainHandling.SendIfNew && isNew);
        if (wantsRetained && subscription.Group is null && !TopicFilters.HasWildcard(subscription.Filter) && broker.Retained.Find(subscription.Filter) is { } kept)
            retained.Add((subscription, kept.Message));
        return (ReasonCode)subscription.QualityOfService;
    }

    private ConnectionEnd? Handle(UnsubscribePacket packet)
    {
        if (packet.Filters.Count > limits.Packets.FiltersPerSubscribe)
            return ConnectionEnd.ClientError(ReasonCode.QuotaExceeded, $"UNSUBSCRIBE with {packet.Filters.Count} filters.");
        var codes = packet.Filters.Select(f => client.Session.Unsubscribe(f) ? ReasonCode.Success : ReasonCode.NoSubscriptionExisted).ToList();
        connection.Send(new UnsubAckPacket { PacketId = packet.PacketId, ReasonCodes = codes });
        return null;
    }

    private ConnectionEnd Handle(DisconnectPacket packet)
    {
        if (packet.Properties?.SessionExpiryInterval is { } seconds)
        {
            if (client.Session.Expiry == TimeSpan.Zero && seconds > 0)
                return ConnectionEnd.ClientError(ReasonCode.ProtocolError, "DISCONNECT gives an expiry to a session that had none.");
            var wanted = TimeSpan.FromSeconds(seconds);
            client.Session.Expiry = wanted > limits.SessionExpiry ? limits.SessionExpiry : wanted;
        }

        return new ConnectionEnd(DisconnectReason.ClientInitiated, "The client disconnected.") { SendsWill = packet.ReasonCode != ReasonCode.Success };
    }
}
