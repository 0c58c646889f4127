using DeviceAgent.Mqtt.Packets;

namespace DeviceAgent.Mqtt.Tests.Codec;

public class MalformedTests
{
    [Theory]
    [InlineData("00 00", MqttReasonCode.MalformedPacket)] // type 0
    [InlineData("C1 00", MqttReasonCode.MalformedPacket)] // PINGREQ with flags
    [InlineData("C0 01 00", MqttReasonCode.MalformedPacket)] // PINGREQ with a body
    [InlineData("80 06 0001 00 0001 61", MqttReasonCode.MalformedPacket)] // SUBSCRIBE without its flag
    [InlineData("60 02 0001", MqttReasonCode.MalformedPacket)] // PUBREL without its flag
    [InlineData("36 06 0001 61 0001 00", MqttReasonCode.MalformedPacket)] // PUBLISH with QoS 3
    [InlineData("38 04 0001 61 00", MqttReasonCode.MalformedPacket)] // DUP with QoS 0
    [InlineData("C0 80 00", MqttReasonCode.MalformedPacket)] // length in more bytes than it needs
    [InlineData("C0 FF FF FF FF 01", MqttReasonCode.MalformedPacket)] // length of five bytes
    [InlineData("30 FF FF FF 7F", MqttReasonCode.PacketTooLarge)] // announced, nothing sent yet
    [InlineData("30 02 0001", MqttReasonCode.MalformedPacket)] // topic cut off
    [InlineData("30 04 0001 00 00", MqttReasonCode.MalformedPacket)] // U+0000
    [InlineData("30 05 0002 C080 00", MqttReasonCode.MalformedPacket)] // overlong UTF-8
    [InlineData("30 06 0003 EDA080 00", MqttReasonCode.MalformedPacket)] // a surrogate in UTF-8
    [InlineData("30 04 0001 FF 00", MqttReasonCode.MalformedPacket)] // not UTF-8
    [InlineData("30 04 0001 23 00", MqttReasonCode.TopicNameInvalid)] // topic #
    [InlineData("30 03 0000 00", MqttReasonCode.ProtocolError)] // neither topic nor alias
    [InlineData("30 06 0000 03 23 0000", MqttReasonCode.TopicAliasInvalid)] // alias 0
    [InlineData("32 06 0001 61 0000 00", MqttReasonCode.ProtocolError)] // packet id 0
    [InlineData("30 06 0001 61 05 0100", MqttReasonCode.MalformedPacket)] // properties longer than the packet
    [InlineData("30 06 0001 61 02 0102", MqttReasonCode.ProtocolError)] // payload format 2
    [InlineData("30 05 0001 61 01 01", MqttReasonCode.MalformedPacket)] // property cut off
    [InlineData("30 06 0001 61 02 0B00", MqttReasonCode.ProtocolError)] // subscription identifier 0
    [InlineData("30 08 0001 61 04 08 0001 2B", MqttReasonCode.TopicNameInvalid)] // response topic +
    [InlineData("30 06 0001 61 02 7F00", MqttReasonCode.MalformedPacket)] // a property that there is not
    [InlineData("30 07 0001 61 03 8100 00", MqttReasonCode.MalformedPacket)] // property number in more bytes than it needs
    [InlineData("40 01 00", MqttReasonCode.MalformedPacket)]
    [InlineData("40 02 0000", MqttReasonCode.ProtocolError)]
    [InlineData("40 03 0001 01", MqttReasonCode.ProtocolError)] // reason code of SUBACK
    [InlineData("40 05 0001 00 00 00", MqttReasonCode.MalformedPacket)] // bytes behind the end
    [InlineData("82 03 0001 00", MqttReasonCode.ProtocolError)] // no filter
    [InlineData("82 07 0001 00 0001 61 03", MqttReasonCode.MalformedPacket)] // QoS 3
    [InlineData("82 07 0001 00 0001 61 40", MqttReasonCode.MalformedPacket)] // reserved option
    [InlineData("82 07 0001 00 0001 61 30", MqttReasonCode.ProtocolError)] // retain handling 3
    [InlineData("82 06 0001 00 0001 61", MqttReasonCode.MalformedPacket)] // options missing
    [InlineData("82 08 0001 00 0002 6123 00", MqttReasonCode.TopicFilterInvalid)] // a#
    [InlineData("82 06 0001 00 0000 00", MqttReasonCode.TopicFilterInvalid)] // empty filter
    [InlineData("82 0E 0001 00 0008 2473686172652F61 00", MqttReasonCode.TopicFilterInvalid)] // $share/a
    [InlineData("82 10 0001 00 000A 2473686172652F612F62 04", MqttReasonCode.ProtocolError)] // shared and «no local»
    [InlineData("82 0B 0001 04 0B01 0B02 0001 61 00", MqttReasonCode.ProtocolError)] // two identifiers
    [InlineData("90 03 0001 00", MqttReasonCode.ProtocolError)] // no verdict
    [InlineData("90 04 0001 00 85", MqttReasonCode.ProtocolError)] // reason code of CONNACK
    [InlineData("A2 03 0001 00", MqttReasonCode.ProtocolError)] // no filter
    [InlineData("B0 03 0001 00", MqttReasonCode.ProtocolError)] // no verdict
    [InlineData("20 03 02 00 00", MqttReasonCode.MalformedPacket)] // reserved flag
    [InlineData("20 03 01 87 00", MqttReasonCode.ProtocolError)] // refused, with a session
    [InlineData("20 06 00 00 03 21 0000", MqttReasonCode.ProtocolError)] // receive maximum 0
    [InlineData("20 08 00 00 05 27 00000000", MqttReasonCode.ProtocolError)] // packet size 0
    [InlineData("20 05 00 00 02 24 02", MqttReasonCode.ProtocolError)] // maximum QoS 2
    [InlineData("20 07 00 00 04 25 01 25 01", MqttReasonCode.ProtocolError)] // twice
    [InlineData("20 07 00 00 04 16 0001 61", MqttReasonCode.ProtocolError)] // authentication data alone
    [InlineData("10 0A 0004 4D515454 05 02 003C", MqttReasonCode.MalformedPacket)] // ends before the properties
    [InlineData("10 0D 0004 4D515454 03 02 003C 00 0000", MqttReasonCode.UnsupportedProtocolVersion)]
    [InlineData("10 0D 0004 4D515455 05 02 003C 00 0000", MqttReasonCode.UnsupportedProtocolVersion)]
    [InlineData("10 0D 0004 4D515454 05 03 003C 00 0000", MqttReasonCode.MalformedPacket)] // reserved flag
    [InlineData("10 0D 0004 4D515454 05 08 003C 00 0000", MqttReasonCode.MalformedPacket)] // will QoS without will
    [InlineData("10 0D 0004 4D515454 05 1C 003C 00 0000", MqttReasonCode.MalformedPacket)] // will QoS 3
    [InlineData("10 0C 0004 4D515454 04 40 003C 0000", MqttReasonCode.MalformedPacket)] // 3.1.1: password without user name
    [InlineData("E0 01 01", MqttReasonCode.ProtocolError)]
    [InlineData("F0 01 80", MqttReasonCode.ProtocolError)]
    public void Decode_Malformed5_ThrowsWithTheReason(string hex, MqttReasonCode reason) =>
        Assert.Equal(reason, Assert.Throws<MqttProtocolException>(() => Wire.Decode(Wire.Hex(hex))).ReasonCode);

    [Theory]
    [InlineData("F0 00", MqttReasonCode.MalformedPacket)] // AUTH
    [InlineData("E0 01 00", MqttReasonCode.MalformedPacket)]
    [InlineData("40 03 0001 00", MqttReasonCode.MalformedPacket)]
    [InlineData("90 03 0001 87", MqttReasonCode.ProtocolError)]
    [InlineData("30 02 0000", MqttReasonCode.TopicNameInvalid)]
    [InlineData("82 06 0001 0001 61 04", MqttReasonCode.MalformedPacket)]
    [InlineData("20 03 00 00 00", MqttReasonCode.MalformedPacket)]
    public void Decode_Malformed311_ThrowsWithTheReason(string hex, MqttReasonCode reason) =>
        Assert.Equal(reason, Assert.Throws<MqttProtocolException>(() => Wire.Decode(Wire.Hex(hex), MqttProtocolVersion.V311)).ReasonCode);

    [Fact]
    public void Decode_LengthInMoreBytesThanNeeded311_IsAllowed() =>
        Assert.IsType<PingReqPacket>(Wire.Decode(Wire.Hex("C0 80 00"), MqttProtocolVersion.V311));

    [Fact]
    public void Decode_OneByteOverTheLimit_IsTooLarge()
    {
        var bytes = Wire.Encode(new PublishPacket { Topic = "t", Payload = new byte[500] });
        Assert.IsType<PublishPacket>(Wire.Decode(bytes, limit: bytes.Length));
        var e = Assert.Throws<MqttProtocolException>(() => Wire.Decode(bytes, limit: bytes.Length - 1));
        Assert.Equal(MqttReasonCode.PacketTooLarge, e.ReasonCode);
    }

    public static TheoryData<MqttPacket> Unwritable() =>
    [
        new PublishPacket { Topic = "a/+" },
        new PublishPacket { Topic = "" },
        new PublishPacket { Topic = new string('a', 65_536) },
        new PublishPacket { Topic = "a\0" },
        new PublishPacket { Topic = "a\ud800" },
        new PublishPacket { Topic = "a", QualityOfService = MqttQualityOfService.AtLeastOnce },
        new PublishPacket { Topic = "a", QualityOfService = (MqttQualityOfService)3, PacketId = 1 },
        new PublishPacket { Topic = "a", Duplicate = true },
        new PublishPacket { Topic = "a", Properties = new MqttProperties { ReasonString = "no place" } },
        new PublishPacket { Topic = "a", Properties = new MqttProperties { TopicAlias = 0 } },
        new PublishPacket { Topic = "a", Properties = new MqttProperties { SubscriptionIdentifiers = [0] } },
        new PublishPacket { Topic = "a", Properties = new MqttProperties { SubscriptionIdentifiers = [268_435_456] } },
        new SubscribePacket { PacketId = 1, Filters = [] },
        new SubscribePacket { PacketId = 1, Filters = [new("a#")] },
        new SubscribePacket { PacketId = 1, Filters = [new("$share/a")] },
        new SubscribePacket { PacketId = 1, Filters = [new("a")], Properties = new MqttProperties { SubscriptionIdentifiers = [1, 2] } },
        new SubAckPacket { PacketId = 1, ReasonCodes = [MqttReasonCode.Banned] },
        new ConnAckPacket { SessionPresent = true, ReasonCode = MqttReasonCode.NotAuthorized },
        new ConnAckPacket { Properties = new MqttProperties { MaximumPacketSize = 0 } },
        new ConnectPacket { ClientId = "a", Will = new WillMessage("#", default) },
        new ConnectPacket { ClientId = "a", Version = MqttProtocolVersion.V311, Password = new byte[1] },
    ];

    [Theory]
    [MemberData(nameof(Unwritable), DisableDiscoveryEnumeration = true)]
    public void Encode_WhatIsNotMqtt_Throws(MqttPacket packet) => Assert.ThrowsAny<ArgumentException>(() => Wire.Encode(packet));
}
