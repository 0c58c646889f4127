using DeviceAgent.Testbed.Broker.Codec;


namespace DeviceAgent.Testbed.Tests.Broker.Codec;

/// <summary>Packets of every kind with every field in use; also the seeds of the fuzz test.</summary>
internal static class SamplePackets
{
    private static readonly UserProperty[] Users = [new("name", "value"), new("name", "ü"), new("", "")];
    private static readonly byte[] Bytes = [0, 1, 2, 255];

    public static IEnumerable<MqttPacket> V311()
    {
        const ProtocolVersion v = ProtocolVersion.V311;
        yield return new ConnectPacket { Version = v, ClientId = "", CleanStart = true };
        yield return new ConnectPacket
        {
            Version = v,
            ClientId = "boiler-07",
            KeepAlive = 60,
            UserName = "user",
            Password = Bytes,
            Will = new WillMessage("a/b", Bytes) { QualityOfService = QualityOfService.AtLeastOnce, Retain = true },
        };
        foreach (byte code in new byte[] { 0, 1, 2, 3, 4, 5, 7 })
            yield return new ConnAckPacket { ReasonCode = code == 0 ? 0 : ReasonCode.NotAuthorized, ReturnCode = code };
        yield return new ConnAckPacket { SessionPresent = true };
        yield return new SubAckPacket { PacketId = 9, ReasonCodes = [ReasonCode.Success, ReasonCode.GrantedQos1, ReasonCode.GrantedQos2, ReasonCode.UnspecifiedError] };
        yield return new UnsubAckPacket { PacketId = 65535 };
        yield return new SubscribePacket { PacketId = 1, Filters = [new("$share/a", 0), new("#", QualityOfService.ExactlyOnce)] };
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
            Will = new WillMessage("a/b", Bytes) { QualityOfService = QualityOfService.ExactlyOnce, Properties = OfMessage() with { WillDelayInterval = 5 } },
        };
        yield return new ConnAckPacket
        {
            SessionPresent = true,
            Properties = new MqttProperties
            {
                SessionExpiryInterval = 3600,
                ReceiveMaximum = 1,
                MaximumQualityOfService = QualityOfService.AtLeastOnce,
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
        yield return new ConnAckPacket { ReasonCode = ReasonCode.NotAuthorized };
        yield return new PublishPacket { Topic = "", Properties = new MqttProperties { TopicAlias = 65535 } };
        yield return new PublishPacket
        {
            Topic = "a",
            QualityOfService = QualityOfService.AtLeastOnce,
            PacketId = 7,
            Payload = Bytes,
            Properties = OfMessage() with { TopicAlias = 1, SubscriptionIdentifiers = [1, 127, 128, 268_435_455] },
        };
        var reason = new MqttProperties { ReasonString = "why", UserProperties = Users };
        yield return new PubAckPacket { PacketId = 3, ReasonCode = ReasonCode.QuotaExceeded, Properties = reason };
        yield return new PubAckPacket { PacketId = 3, ReasonCode = ReasonCode.NotAuthorized };
        yield return new PubRecPacket { PacketId = 3, Properties = reason };
        yield return new PubRelPacket { PacketId = 3, ReasonCode = ReasonCode.PacketIdentifierNotFound };
        yield return new PubCompPacket { PacketId = 3, ReasonCode = ReasonCode.PacketIdentifierNotFound, Properties = reason };
        yield return new SubscribePacket
        {
            PacketId = 1,
            Filters = [new("$share/group/a/+", QualityOfService.AtLeastOnce) { RetainAsPublished = true }, new("+/b/#", 0) { NoLocal = true, RetainHandling = RetainHandling.DoNotSend }],
            Properties = new MqttProperties { SubscriptionIdentifiers = [16_384], UserProperties = Users },
        };
        yield return new SubAckPacket { PacketId = 9, ReasonCodes = [ReasonCode.GrantedQos1, ReasonCode.NotAuthorized, ReasonCode.WildcardSubscriptionsNotSupported], Properties = reason };
        yield return new UnsubAckPacket { PacketId = 9, ReasonCodes = [ReasonCode.Success, ReasonCode.NoSubscriptionExisted], Properties = reason };
        yield return new DisconnectPacket { ReasonCode = ReasonCode.SessionTakenOver };
        yield return new DisconnectPacket
        {
            ReasonCode = ReasonCode.ServerMoved,
            Properties = new MqttProperties { SessionExpiryInterval = 0, ServerReference = "s", ReasonString = "r", UserProperties = Users },
        };
        yield return new DisconnectPacket();
        yield return new AuthPacket();
        yield return new AuthPacket { ReasonCode = ReasonCode.ContinueAuthentication, Properties = new MqttProperties { AuthenticationMethod = "m", AuthenticationData = Bytes, ReasonString = "r" } };
        foreach (var packet in Both()) yield return packet;
    }

    public static IEnumerable<(ProtocolVersion Version, MqttPacket Packet)> All() =>
        V311().Select(p => (ProtocolVersion.V311, p)).Concat(V5().Select(p => (ProtocolVersion.V5, p)));

    private static IEnumerable<MqttPacket> Both()
    {
        yield return new PublishPacket { Topic = "a/ü/𝄞" };
        yield return new PublishPacket { Topic = "t", Payload = new byte[200], Retain = true };
        yield return new PublishPacket { Topic = "t", QualityOfService = QualityOfService.AtLeastOnce, PacketId = 65535, Duplicate = true, Payload = Bytes };
        yield return new PublishPacket { Topic = "t", QualityOfService = QualityOfService.ExactlyOnce, PacketId = 1, Payload = new byte[20_000] };
        yield return new PubAckPacket { PacketId = 1 };
        yield return new PubRecPacket { PacketId = 2 };
        yield return new PubRelPacket { PacketId = 3 };
        yield return new PubCompPacket { PacketId = 4 };
        yield return new SubscribePacket { PacketId = 5, Filters = [new("a/b/+/d", QualityOfService.AtLeastOnce)] };
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
