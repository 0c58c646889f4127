using DeviceAgent.Testbed.Broker.Codec;


namespace DeviceAgent.Testbed.Tests.Broker.Codec;

public class MalformedTests
{
    [Theory]
    [InlineData("00 00", ReasonCode.MalformedPacket)] // type 0
    [InlineData("C1 00", ReasonCode.MalformedPacket)] // PINGREQ with flags
    [InlineData("C0 01 00", ReasonCode.MalformedPacket)] // PINGREQ with a body
    [InlineData("80 06 0001 00 0001 61", ReasonCode.MalformedPacket)] // SUBSCRIBE without its flag
    [InlineData("60 02 0001", ReasonCode.MalformedPacket)] // PUBREL without its flag
    [InlineData("36 06 0001 61 0001 00", ReasonCode.MalformedPacket)] // PUBLISH with QoS 3
    [InlineData("38 04 0001 61 00", ReasonCode.MalformedPacket)] // DUP with QoS 0
    [InlineData("C0 80 00", ReasonCode.MalformedPacket)] // length in more bytes than it needs
    [InlineData("C0 FF FF FF FF 01", ReasonCode.MalformedPacket)] // length of five bytes
    [InlineData("30 FF FF FF 7F", ReasonCode.PacketTooLarge)] // announced, nothing sent yet
    [InlineData("30 02 0001", ReasonCode.MalformedPacket)] // topic cut off
    [InlineData("30 04 0001 00 00", ReasonCode.MalformedPacket)] // U+0000
    [InlineData("30 05 0002 C080 00", ReasonCode.MalformedPacket)] // overlong UTF-8
    [InlineData("30 06 0003 EDA080 00", ReasonCode.MalformedPacket)] // a surrogate in UTF-8
    [InlineData("30 04 0001 FF 00", ReasonCode.MalformedPacket)] // not UTF-8
    [InlineData("30 04 0001 23 00", ReasonCode.TopicNameInvalid)] // topic #
    [InlineData("30 03 0000 00", ReasonCode.ProtocolError)] // neither topic nor alias
    [InlineData("30 06 0000 03 23 0000", ReasonCode.TopicAliasInvalid)] // alias 0
    [InlineData("32 06 0001 61 0000 00", ReasonCode.ProtocolError)] // packet id 0
    [InlineData("30 06 0001 61 05 0100", ReasonCode.MalformedPacket)] // properties longer than the packet
    [InlineData("30 06 0001 61 02 0102", ReasonCode.ProtocolError)] // payload format 2
    [InlineData("30 05 0001 61 01 01", ReasonCode.MalformedPacket)] // property cut off
    [InlineData("30 06 0001 61 02 0B00", ReasonCode.ProtocolError)] // subscription identifier 0
    [InlineData("30 08 0001 61 04 08 0001 2B", ReasonCode.TopicNameInvalid)] // response topic +
    [InlineData("30 06 0001 61 02 7F00", ReasonCode.MalformedPacket)] // a property that there is not
    [InlineData("30 07 0001 61 03 8100 00", ReasonCode.MalformedPacket)] // property number in more bytes than it needs
    [InlineData("40 01 00", ReasonCode.MalformedPacket)]
    [InlineData("40 02 0000", ReasonCode.ProtocolError)]
    [InlineData("40 03 0001 01", ReasonCode.ProtocolError)] // reason code of SUBACK
    [InlineData("40 05 0001 00 00 00", ReasonCode.MalformedPacket)] // bytes behind the end
    [InlineData("82 03 0001 00", ReasonCode.ProtocolError)] // no filter
    [InlineData("82 07 0001 00 0001 61 03", ReasonCode.MalformedPacket)] // QoS 3
    [InlineData("82 07 0001 00 0001 61 40", ReasonCode.MalformedPacket)] // reserved option
    [InlineData("82 07 0001 00 0001 61 30", ReasonCode.ProtocolError)] // retain handling 3
    [InlineData("82 06 0001 00 0001 61", ReasonCode.MalformedPacket)] // options missing
    [InlineData("82 08 0001 00 0002 6123 00", ReasonCode.TopicFilterInvalid)] // a#
    [InlineData("82 06 0001 00 0000 00", ReasonCode.TopicFilterInvalid)] // empty filter
    [InlineData("82 0E 0001 00 0008 2473686172652F61 00", ReasonCode.TopicFilterInvalid)] // $share/a
    [InlineData("82 10 0001 00 000A 2473686172652F612F62 04", ReasonCode.ProtocolError)] // shared and «no local»
    [InlineData("82 0B 0001 04 0B01 0B02 0001 61 00", ReasonCode.ProtocolError)] // two identifiers
    [InlineData("90 03 0001 00", ReasonCode.ProtocolError)] // no verdict
    [InlineData("90 04 0001 00 85", ReasonCode.ProtocolError)] // reason code of CONNACK
    [InlineData("A2 03 0001 00", ReasonCode.ProtocolError)] // no filter
    [InlineData("B0 03 0001 00", ReasonCode.ProtocolError)] // no verdict
    [InlineData("20 03 02 00 00", ReasonCode.MalformedPacket)] // reserved flag
    [InlineData("20 03 01 87 00", ReasonCode.ProtocolError)] // refused, with a session
    [InlineData("20 06 00 00 03 21 0000", ReasonCode.ProtocolError)] // receive maximum 0
    [InlineData("20 08 00 00 05 27 00000000", ReasonCode.ProtocolError)] // packet size 0
    [InlineData("20 05 00 00 02 24 02", ReasonCode.ProtocolError)] // maximum QoS 2
    [InlineData("20 07 00 00 04 25 01 25 01", ReasonCode.ProtocolError)] // twice
    [InlineData("20 07 00 00 04 16 0001 61", ReasonCode.ProtocolError)] // authentication data alone
    [InlineData("10 0A 0004 4D515454 05 02 003C", ReasonCode.MalformedPacket)] // ends before the properties
    [InlineData("10 0D 0004 4D515454 03 02 003C 00 0000", ReasonCode.UnsupportedProtocolVersion)]
    [InlineData("10 0D 0004 4D515455 05 02 003C 00 0000", ReasonCode.UnsupportedProtocolVersion)]
    [InlineData("10 0D 0004 4D515454 05 03 003C 00 0000", ReasonCode.MalformedPacket)] // reserved flag
    [InlineData("10 0D 0004 4D515454 05 08 003C 00 0000", ReasonCode.MalformedPacket)] // will QoS without will
    [InlineData("10 0D 0004 4D515454 05 1C 003C 00 0000", ReasonCode.MalformedPacket)] // will QoS 3
    [InlineData("10 0C 0004 4D515454 04 40 003C 0000", ReasonCode.MalformedPacket)] // 3.1.1: password without user name
    [InlineData("E0 01 01", ReasonCode.ProtocolError)]
    [InlineData("F0 01 80", ReasonCode.ProtocolError)]
    public void Decode_Malformed5_ThrowsWithTheReason(string hex, ReasonCode reason) =>
        Assert.Equal(reason, Assert.Throws<ProtocolException>(() => Wire.Decode(Wire.Hex(hex))).ReasonCode);

    [Theory]
    [InlineData("F0 00", ReasonCode.MalformedPacket)] // AUTH
    [InlineData("E0 01 00", ReasonCode.MalformedPacket)]
    [InlineData("40 03 0001 00", ReasonCode.MalformedPacket)]
    [InlineData("90 03 0001 87", ReasonCode.ProtocolError)]
    [InlineData("30 02 0000", ReasonCode.TopicNameInvalid)]
    [InlineData("82 06 0001 0001 61 04", ReasonCode.MalformedPacket)]
    [InlineData("20 03 00 00 00", ReasonCode.MalformedPacket)]
    public void Decode_Malformed311_ThrowsWithTheReason(string hex, ReasonCode reason) =>
        Assert.Equal(reason, Assert.Throws<ProtocolException>(() => Wire.Decode(Wire.Hex(hex), ProtocolVersion.V311)).ReasonCode);

    [Fact]
    public void Decode_LengthInMoreBytesThanNeeded311_IsAllowed() =>
        Assert.IsType<PingReqPacket>(Wire.Decode(Wire.Hex("C0 80 00"), ProtocolVersion.V311));

    [Fact]
    public void Decode_OneByteOverTheLimit_IsTooLarge()
    {
        var bytes = Wire.Encode(new PublishPacket { Topic = "t", Payload = new byte[500] });
        Assert.IsType<PublishPacket>(Wire.Decode(bytes, limit: bytes.Length));
        var e = Assert.Throws<ProtocolException>(() => Wire.Decode(bytes, limit: bytes.Length - 1));
        Assert.Equal(ReasonCode.PacketTooLarge, e.ReasonCode);
    }

    public static TheoryData<MqttPacket> Unwritable() =>
    [
        new PublishPacket { Topic = "a/+" },
        new PublishPacket { Topic = "" },
        new PublishPacket { Topic = new string('a', 65_536) },
        new PublishPacket { Topic = "a\0" },
        new PublishPacket { Topic = "a\ud800" },
        new PublishPacket { Topic = "a", QualityOfService = QualityOfService.AtLeastOnce },
        new PublishPacket { Topic = "a", QualityOfService = (QualityOfService)3, PacketId = 1 },
        new PublishPacket { Topic = "a", Duplicate = true },
        new PublishPacket { Topic = "a", Properties = new MqttProperties { ReasonString = "no place" } },
        new PublishPacket { Topic = "a", Properties = new MqttProperties { TopicAlias = 0 } },
        new PublishPacket { Topic = "a", Properties = new MqttProperties { SubscriptionIdentifiers = [0] } },
        new PublishPacket { Topic = "a", Properties = new MqttProperties { SubscriptionIdentifiers = [268_435_456] } },
        new SubscribePacket { PacketId = 1, Filters = [] },
        new SubscribePacket { PacketId = 1, Filters = [new("a#")] },
        new SubscribePacket { PacketId = 1, Filters = [new("$share/a")] },
        new SubscribePacket { PacketId = 1, Filters = [new("a")], Properties = new MqttProperties { SubscriptionIdentifiers = [1, 2] } },
        new SubAckPacket { PacketId = 1, ReasonCodes = [ReasonCode.Banned] },
        new ConnAckPacket { SessionPresent = true, ReasonCode = ReasonCode.NotAuthorized },
        new ConnAckPacket { Properties = new MqttProperties { MaximumPacketSize = 0 } },
        new ConnectPacket { ClientId = "a", Will = new WillMessage("#", default) },
        new ConnectPacket { ClientId = "a", Version = ProtocolVersion.V311, Password = new byte[1] },
    ];

    [Theory]
    [MemberData(nameof(Unwritable), DisableDiscoveryEnumeration = true)]
    public void Encode_WhatIsNotMqtt_Throws(MqttPacket packet) => Assert.ThrowsAny<ArgumentException>(() => Wire.Encode(packet));
}
