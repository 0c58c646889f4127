using DeviceAgent.Mqtt.Packets;

namespace DeviceAgent.Mqtt.Tests.Codec;

/// <summary>Packets of every kind with every field in use; also the seeds of the fuzz test.</summary>
internal static class SamplePackets
{
    private static readonly MqttUserProperty[] Users = [new("name", "value"), new("name", "ü"), new("", "")];
    private static readonly byte[] Bytes = [0, 1, 2, 255];

    public static IEnumerable<MqttPacket> V311()
    {
        const MqttProtocolVersion v = MqttProtocolVersion.V311;
        yield return new ConnectPacket { Version = v, ClientId = "", CleanStart = true };
        yield return new ConnectPacket
        {
            Version = v,
            ClientId = "boiler-07",
            KeepAlive = 60,
            UserName = "user",
            Password = Bytes,
            Will = new WillMessage("a/b", Bytes) { QualityOfService = MqttQualityOfService.AtLeastOnce, Retain = true },
        };
        foreach (byte code in new byte[] { 0, 1, 2, 3, 4, 5, 7 })
            yield return new ConnAckPacket { ReasonCode = code == 0 ? 0 : MqttReasonCode.NotAuthorized, ReturnCode = code };
        yield return new ConnAckPacket { SessionPresent = true };
        yield return new SubAckPacket { PacketId = 9, ReasonCodes = [MqttReasonCode.Success, MqttReasonCode.GrantedQos1, MqttReasonCode.GrantedQos2, MqttReasonCode.UnspecifiedError] };
        yield return new UnsubAckPacket { PacketId = 65535 };
        yield return new SubscribePacket { PacketId = 1, Filters = [new("$share/a", 0), new("#", MqttQualityOfService.ExactlyOnce)] };
        yield return new DisconnectPacket();
        foreach (var packet in Both()) yield return packet;
    }

    public static IEnumerable<MqttPacket> V5()
    {
        yield return new ConnectPacket
        {
            ClientId = "boiler-07",
            KeepAlive = 65535,
            CleanStart = true,
            Password = Bytes,
            Properties = new MqttProperties
            {
                SessionExpiryInterval = uint.MaxValue,
                ReceiveMaximum = 100,
                MaximumPacketSize = 149_504,
                TopicAliasMaximum = 8,
                RequestProblemInformation = true,
                RequestResponseInformation = false,
                AuthenticationMethod = "method",
                AuthenticationData = Bytes,
                UserProperties = Users,
            },
            Will = new WillMessage("a/b", Bytes) { QualityOfService = MqttQualityOfService.ExactlyOnce, Properties = OfMessage() with { WillDelayInterval = 5 } },
        };
        yield return new ConnAckPacket
        {
            SessionPresent = true,
            Properties = new MqttProperties
            {
                SessionExpiryInterval = 3600,
                ReceiveMaximum = 1,
                MaximumQualityOfService = MqttQualityOfService.AtLeastOnce,
                RetainAvailable = false,
                MaximumPacketSize = 1,
                AssignedClientIdentifier = "auto-1",
                TopicAliasMaximum = 0,
                ReasonString = "fine",
                WildcardSubscriptionAvailable = true,
                SubscriptionIdentifierAvailable = false,
                SharedSubscriptionAvailable = true,
                ServerKeepAlive = 1200,
                ResponseInformation = "r",
                ServerReference = "s",
                AuthenticationMethod = "m",
                AuthenticationData = Array.Empty<byte>(),
                UserProperties = Users,
            },
        };
        yield return new ConnAckPacket { ReasonCode = MqttReasonCode.NotAuthorized };
        yield return new PublishPacket { Topic = "", Properties = new MqttProperties { TopicAlias = 65535 } };
        yield return new PublishPacket
        {
            Topic = "a",
            QualityOfService = MqttQualityOfService.AtLeastOnce,
            PacketId = 7,
            Payload = Bytes,
            Properties = OfMessage() with { TopicAlias = 1, SubscriptionIdentifiers = [1, 127, 128, 268_435_455] },
        };
        var reason = new MqttProperties { ReasonString = "why", UserProperties = Users };
        yield return new PubAckPacket { PacketId = 3, ReasonCode = MqttReasonCode.QuotaExceeded, Properties = reason };
        yield return new PubAckPacket { PacketId = 3, ReasonCode = MqttReasonCode.NotAuthorized };
        yield return new PubRecPacket { PacketId = 3, Properties = reason };
        yield return new PubRelPacket { PacketId = 3, ReasonCode = MqttReasonCode.PacketIdentifierNotFound };
        yield return new PubCompPacket { PacketId = 3, ReasonCode = MqttReasonCode.PacketIdentifierNotFound, Properties = reason };
        yield return new SubscribePacket
        {
            PacketId = 1,
            Filters = [new("$share/group/a/+", MqttQualityOfService.AtLeastOnce) { RetainAsPublished = true }, new("+/b/#", 0) { NoLocal = true, RetainHandling = MqttRetainHandling.DoNotSend }],
            Properties = new MqttProperties { SubscriptionIdentifiers = [16_384], UserProperties = Users },
        };
        yield return new SubAckPacket { PacketId = 9, ReasonCodes = [MqttReasonCode.GrantedQos1, MqttReasonCode.NotAuthorized, MqttReasonCode.WildcardSubscriptionsNotSupported], Properties = reason };
        yield return new UnsubAckPacket { PacketId = 9, ReasonCodes = [MqttReasonCode.Success, MqttReasonCode.NoSubscriptionExisted], Properties = reason };
        yield return new DisconnectPacket { ReasonCode = MqttReasonCode.SessionTakenOver };
        yield return new DisconnectPacket
        {
            ReasonCode = MqttReasonCode.ServerMoved,
            Properties = new MqttProperties { SessionExpiryInterval = 0, ServerReference = "s", ReasonString = "r", UserProperties = Users },
        };
        yield return new DisconnectPacket();
        yield return new AuthPacket();
        yield return new AuthPacket { ReasonCode = MqttReasonCode.ContinueAuthentication, Properties = new MqttProperties { AuthenticationMethod = "m", AuthenticationData = Bytes, ReasonString = "r" } };
        foreach (var packet in Both()) yield return packet;
    }

    public static IEnumerable<(MqttProtocolVersion Version, MqttPacket Packet)> All() =>
        V311().Select(p => (MqttProtocolVersion.V311, p)).Concat(V5().Select(p => (MqttProtocolVersion.V5, p)));

    private static IEnumerable<MqttPacket> Both()
    {
        yield return new PublishPacket { Topic = "a/ü/𝄞" };
        yield return new PublishPacket { Topic = "t", Payload = new byte[200], Retain = true };
        yield return new PublishPacket { Topic = "t", QualityOfService = MqttQualityOfService.AtLeastOnce, PacketId = 65535, Duplicate = true, Payload = Bytes };
        yield return new PublishPacket { Topic = "t", QualityOfService = MqttQualityOfService.ExactlyOnce, PacketId = 1, Payload = new byte[20_000] };
        yield return new PubAckPacket { PacketId = 1 };
        yield return new PubRecPacket { PacketId = 2 };
        yield return new PubRelPacket { PacketId = 3 };
        yield return new PubCompPacket { PacketId = 4 };
        yield return new SubscribePacket { PacketId = 5, Filters = [new("a/b/+/d", MqttQualityOfService.AtLeastOnce)] };
        yield return new UnsubscribePacket { PacketId = 6, Filters = ["a/b", "#"] };
        yield return new PingReqPacket();
        yield return new PingRespPacket();
    }

    private static MqttProperties OfMessage() => new()
    {
        PayloadFormatIndicator = true,
        MessageExpiryInterval = 60,
        ContentType = "application/json",
        ResponseTopic = "answers",
        CorrelationData = Bytes,
        UserProperties = Users,
    };
}
