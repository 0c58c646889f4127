using System.Text;
using DeviceAgent.Testbed.Broker.Codec;

namespace DeviceAgent.Testbed.Tests.Broker.Codec;

/// <summary>Bytes written out by hand from the two standards: a codec that is wrong both ways still fails here.</summary>
public class WireFormatTests
{
    [Fact]
    public void Connect_311_IsAsInTheStandard()
    {
        var packet = new ConnectPacket
        {
            Version = ProtocolVersion.V311,
            ClientId = "c",
            CleanStart = true,
            KeepAlive = 10,
            UserName = "u",
            Password = Encoding.UTF8.GetBytes("p"),
            Will = new WillMessage("w", Encoding.UTF8.GetBytes("x")) { QualityOfService = QualityOfService.AtLeastOnce, Retain = true },
        };
        Both("10 19 0004 4D515454 04 EE 000A 0001 63 0001 77 0001 78 0001 75 0001 70", packet, ProtocolVersion.V311);
    }

    [Fact]
    public void Connect_5_HasPropertiesBeforeClientIdAndInWill()
    {
        var packet = new ConnectPacket
        {
            ClientId = "c",
            KeepAlive = 60,
            Properties = new MqttProperties { SessionExpiryInterval = 3600, ReceiveMaximum = 20 },
            Will = new WillMessage("w", Encoding.UTF8.GetBytes("x")) { Properties = new MqttProperties { WillDelayInterval = 5 } },
        };
        Both("10 22 0004 4D515454 05 04 003C 08 11 00000E10 21 0014 0001 63 05 18 00000005 0001 77 0001 78", packet);
    }

    [Theory]
    [InlineData("20 02 00 00", ReasonCode.Success, 0)]
    [InlineData("20 02 00 01", ReasonCode.UnsupportedProtocolVersion, 1)]
    [InlineData("20 02 00 02", ReasonCode.ClientIdentifierNotValid, 2)]
    [InlineData("20 02 00 03", ReasonCode.ServerUnavailable, 3)]
    [InlineData("20 02 00 04", ReasonCode.BadUserNameOrPassword, 4)]
    [InlineData("20 02 00 05", ReasonCode.NotAuthorized, 5)]
    [InlineData("20 02 00 07", ReasonCode.NotAuthorized, 7)]
    [InlineData("20 02 00 09", ReasonCode.UnspecifiedError, 9)]
    public void ConnAck_311_ReturnCodeIsTold(string hex, ReasonCode reason, byte code)
    {
        var ack = Assert.IsType<ConnAckPacket>(Wire.Decode(Wire.Hex(hex), ProtocolVersion.V311));
        Assert.Equal((reason, code), (ack.ReasonCode, ack.ReturnCode));
        Assert.Equal(Wire.Hex(hex), Wire.Encode(ack, ProtocolVersion.V311));
    }

    [Fact]
    public void ConnAck_5_AsAwsIotSendsIt()
    {
        var ack = Assert.IsType<ConnAckPacket>(Wire.Decode(Wire.Hex("20 1A 01 00 17 11 00000E10 21 0064 24 01 27 00024800 29 00 13 0020 22 0008")));
        Assert.True(ack.SessionPresent);
        Assert.Equal(100, (int)ack.Properties!.ReceiveMaximum!);
        Assert.Equal(149_504u, ack.Properties.MaximumPacketSize);
        Assert.Equal(QualityOfService.AtLeastOnce, ack.Properties.MaximumQualityOfService);
        Assert.Equal(32, (int)ack.Properties.ServerKeepAlive!);
    }

    [Fact]
    public void Publish_Qos1_HasTheIdBehindTheTopic() => Both(
        "3B 07 0001 74 000A 68 69",
        new PublishPacket { Topic = "t", PacketId = 10, QualityOfService = QualityOfService.AtLeastOnce, Retain = true, Duplicate = true, Payload = Encoding.UTF8.GetBytes("hi") },
        ProtocolVersion.V311);

    [Fact]
    public void Subscribe_5_HasOptionsBehindEachFilter() => Both(
        "82 09 0005 02 0B 07 0001 61 2D",
        new SubscribePacket
        {
            PacketId = 5,
            Properties = new MqttProperties { SubscriptionIdentifiers = [7] },
            Filters = [new("a", QualityOfService.AtLeastOnce) { NoLocal = true, RetainAsPublished = true, RetainHandling = RetainHandling.DoNotSend }],
        });

    [Fact]
    public void Answers_AreAsInTheStandard()
    {
        Both("90 04 0005 01 80", new SubAckPacket { PacketId = 5, ReasonCodes = [ReasonCode.GrantedQos1, ReasonCode.UnspecifiedError] }, ProtocolVersion.V311);
        Both("90 05 0005 00 01 87", new SubAckPacket { PacketId = 5, ReasonCodes = [ReasonCode.GrantedQos1, ReasonCode.NotAuthorized] });
        Both("A2 05 0006 0001 61", new UnsubscribePacket { PacketId = 6, Filters = ["a"] }, ProtocolVersion.V311);
        Both("B0 02 0006", new UnsubAckPacket { PacketId = 6 }, ProtocolVersion.V311);
        Both("B0 04 0006 00 11", new UnsubAckPacket { PacketId = 6, ReasonCodes = [ReasonCode.NoSubscriptionExisted] });
        Both("40 02 0001", new PubAckPacket { PacketId = 1 });
        Both("40 03 0001 97", new PubAckPacket { PacketId = 1, ReasonCode = ReasonCode.QuotaExceeded });
        Both("62 02 0001", new PubRelPacket { PacketId = 1 });
        Both("C0 00", new PingReqPacket());
        Both("D0 00", new PingRespPacket());
        Both("E0 00", new DisconnectPacket());
        Both("E0 01 8E", new DisconnectPacket { ReasonCode = ReasonCode.SessionTakenOver });
        Both("F0 07 18 05 15 0002 6D 6D", new AuthPacket { ReasonCode = ReasonCode.ContinueAuthentication, Properties = new MqttProperties { AuthenticationMethod = "mm" } });
    }

    [Fact]
    public void Length_Of128_TakesTwoBytes()
    {
        var bytes = Wire.Encode(new PublishPacket { Topic = "t", Payload = new byte[125] }, ProtocolVersion.V311);
        Assert.Equal(Wire.Hex("30 80 01"), bytes[..3]);
        Assert.Equal(131, bytes.Length);
    }

    private static void Both(string hex, MqttPacket packet, ProtocolVersion version = ProtocolVersion.V5)
    {
        Assert.Equal(Wire.Hex(hex), Wire.Encode(packet, version));
        Assert.Equal(Describe.Of(packet), Describe.Of(Wire.Decode(Wire.Hex(hex), version)));
    }
}
