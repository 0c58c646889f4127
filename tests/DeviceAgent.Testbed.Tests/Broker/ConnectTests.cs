using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Broker.Codec;
using static DeviceAgent.Testbed.Tests.Broker.BrokerWorld;

namespace DeviceAgent.Testbed.Tests.Broker;

public sealed class ConnectTests : BrokerTest
{
    [Fact]
    public async Task Connect_V311_IsAccepted()
    {
        var (client, answer) = await World.ConnectAsync(Hello("a", ProtocolVersion.V311));

        Assert.Equal(((byte)0, false), (answer.ReturnCode!.Value, answer.SessionPresent));
        await client.QuietAsync();
    }

    [Fact]
    public async Task Connect_V5_TellsWhatIsGranted()
    {
        var (_, answer) = await World.ConnectAsync(Hello("a") with { KeepAlive = 5, Properties = new MqttProperties { SessionExpiryInterval = uint.MaxValue } });

        var granted = answer.Properties!;
        Assert.Equal((3600u, (ushort)100, 149_504u, (ushort)30), (granted.SessionExpiryInterval!.Value, granted.ReceiveMaximum!.Value, granted.MaximumPacketSize!.Value, granted.ServerKeepAlive!.Value));
        Assert.Equal((QualityOfService.AtLeastOnce, true, true, false, true), (
            granted.MaximumQualityOfService!.Value, granted.RetainAvailable!.Value, granted.WildcardSubscriptionAvailable!.Value,
            granted.SubscriptionIdentifierAvailable!.Value, granted.SharedSubscriptionAvailable!.Value));
        Assert.Null(granted.AssignedClientIdentifier);
    }

    [Fact]
    public async Task Connect_V5WithoutClientId_IsGivenOne()
    {
        var (_, answer) = await World.ConnectAsync(Hello(""));

        Assert.True(World.Broker.Presence.Find(answer.Properties!.AssignedClientIdentifier!)!.IsConnected);
    }

    public static TheoryData<string, int> Refused => new()
    {
        { "$device", 0x85 }, { new string('ä', 65), 0x85 }, { "will-qos-2", 0x9B }, { "will-topic", 0x90 }, { "authentication", 0x8C },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Connect_NotAsItShouldBe_IsRefusedWithTheReason(string clientId, int reason)
    {
        var hello = Hello(clientId);
        hello = clientId switch
        {
            "will-qos-2" => hello with { Will = new WillMessage("a", default) { QualityOfService = QualityOfService.ExactlyOnce } },
            "will-topic" => hello with { Will = new WillMessage("a/b/c/d/e/f/g/h/i", default) },
            "authentication" => hello with { Properties = new MqttProperties { AuthenticationMethod = "SCRAM" } },
            _ => hello,
        };
        var client = World.Open();

        Assert.Equal((ReasonCode)reason, (await client.ConnectAsync(hello)).ReasonCode);
        Assert.Null(await client.EndAsync());
    }

    [Fact]
    public async Task Connect_V311WithoutClientIdForASession_IsRefused()
    {
        var client = World.Open();

        Assert.Equal((byte)2, (await client.ConnectAsync(Hello("", ProtocolVersion.V311) with { CleanStart = false })).ReturnCode);
    }

    [Theory]
    [InlineData(ProtocolVersion.V311, 3)]
    [InlineData(ProtocolVersion.V5, 0x97)]
    public async Task Connect_TwiceInASecond_IsRefused(ProtocolVersion version, int code)
    {
        await World.ConnectAsync("a", version);

        var answer = await World.Open().ConnectAsync(Hello("a", version));

        Assert.Equal(code, version == ProtocolVersion.V5 ? (int)answer.ReasonCode : answer.ReturnCode!.Value);
        World.Pause();
        await World.ConnectAsync("a", version);
    }

    [Fact]
    public async Task Connect_OtherProtocolLevel_IsToldSo()
    {
        var client = World.Open();
        await client.SendAsync(new byte[] { 0x10, 12, 0, 4, (byte)'M', (byte)'Q', (byte)'T', (byte)'T', 6, 2, 0, 60, 0, 0 });

        Assert.Equal((byte)1, (await client.ReadAsync<ConnAckPacket>()).ReturnCode);
        Assert.Null(await client.EndAsync());
    }

    [Fact]
    public async Task Connect_AnotherPacketFirst_IsCut()
    {
        var client = World.Open();
        await client.SendAsync(new PingReqPacket());

        Assert.Null(await client.EndAsync());
    }

    [Fact]
    public async Task Connect_Never_IsCut()
    {
        var client = World.Open();
        await World.Time.WaitForTimersAsync(2);
        World.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Null(await client.EndAsync());
    }

    [Fact]
    public async Task Connect_Twice_IsAProtocolError()
    {
        var client = await World.ConnectAsync("a");
        await client.SendAsync(Hello("a"));

        Assert.Equal(ReasonCode.ProtocolError, await client.EndAsync());
    }

    [Theory]
    [InlineData(ProtocolVersion.V311, null)]
    [InlineData(ProtocolVersion.V5, ReasonCode.SessionTakenOver)]
    public async Task Connect_SameClientId_TheFirstIsCut(ProtocolVersion version, ReasonCode? reason)
    {
        var first = await World.ConnectAsync("a", version);
        World.Pause();
        var second = await World.ConnectAsync("a", version);

        Assert.Equal(reason, await first.EndAsync());
        await second.QuietAsync();
        var status = World.Broker.Presence.Find("a")!;
        Assert.Equal((true, "DUPLICATE_CLIENTID", 1L), (status.IsConnected, status.LastDisconnectReason, status.VersionNumber));
    }

    [Theory]
    [InlineData(60, 90)]
    [InlineData(1, 45)]
    [InlineData(0, 1800)]
    [InlineData(5000, 1800)]
    public async Task KeepAlive_SilentForOneAndAHalfTimes_IsCut(int keepAlive, int allowed)
    {
        var (client, _) = await World.ConnectAsync(Hello("a") with { KeepAlive = (ushort)keepAlive });

        World.Time.Advance(TimeSpan.FromSeconds(allowed - 1));
        await client.QuietAsync();
        World.Time.Advance(TimeSpan.FromSeconds(allowed + 1));

        Assert.Equal(ReasonCode.KeepAliveTimeout, await client.EndAsync());
        Assert.Equal("MQTT_KEEP_ALIVE_TIMEOUT", World.Broker.Presence.Find("a")!.LastDisconnectReason);
    }

    [Fact]
    public async Task Dispose_Connected_TellsTheClient()
    {
        var client = await World.ConnectAsync("a");

        await World.Broker.DisposeAsync();

        Assert.Equal(ReasonCode.ServerShuttingDown, await client.EndAsync());
    }

    [Fact]
    public async Task Connect_MoreClientsThanMayBe_IsRefused()
    {
        await using var small = new BrokerWorld(new BrokerLimits { Sessions = 1 });
        await small.ConnectAsync("a");

        Assert.Equal(ReasonCode.QuotaExceeded, (await small.Open().ConnectAsync(Hello("b"))).ReasonCode);
    }
}
