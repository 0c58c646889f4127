using DeviceAgent.Testbed.Broker.Codec;

using static DeviceAgent.Testbed.Tests.Broker.BrokerWorld;

namespace DeviceAgent.Testbed.Tests.Broker;

public sealed class WillTests : BrokerTest
{
    private static readonly WillMessage Will = new("wills", "gone"u8.ToArray()) { QualityOfService = QualityOfService.AtLeastOnce };

    [Theory]
    [InlineData(ProtocolVersion.V311)]
    [InlineData(ProtocolVersion.V5)]
    public async Task Will_ConnectionCut_IsPublished(ProtocolVersion version)
    {
        var watcher = await WatcherAsync();
        var (client, _) = await World.ConnectAsync(Hello("a", version) with { Will = Will });

        await client.CutAsync();

        Assert.Equal("gone", RawClient.TextOf(await watcher.MessageAsync()));
        Assert.Equal("CONNECTION_LOST", World.Broker.Presence.Find("a")!.LastDisconnectReason);
    }

    [Theory]
    [InlineData(ReasonCode.Success, false)]
    [InlineData(ReasonCode.DisconnectWithWillMessage, true)]
    public async Task Will_ClientDisconnects_IsPublishedOnlyIfItSaysSo(ReasonCode reason, bool published)
    {
        var watcher = await WatcherAsync();
        var (client, _) = await World.ConnectAsync(Hello("a") with { Will = Will });

        await client.DisconnectAsync(reason);

        if (published) await watcher.MessageAsync();
        await watcher.QuietAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Will_Delayed_IsPublishedUnlessTheClientComesBack(bool comesBack)
    {
        var watcher = await WatcherAsync();
        var hello = Persistent("a") with { Will = Will with { Properties = new MqttProperties { WillDelayInterval = 30 } } };
        var (client, _) = await World.ConnectAsync(hello);
        await client.CutAsync();

        World.Time.Advance(TimeSpan.FromSeconds(20));
        await watcher.QuietAsync();
        if (comesBack) await World.ConnectAsync(hello);
        World.Time.Advance(TimeSpan.FromSeconds(20));

        if (!comesBack) await watcher.MessageAsync();
        await watcher.QuietAsync();
    }

    [Fact]
    public async Task Will_DelayedAndTheSessionEnds_IsPublishedThen()
    {
        var watcher = await WatcherAsync();
        var hello = Persistent("a") with { Will = Will with { Properties = new MqttProperties { WillDelayInterval = 300 } } };
        var (client, _) = await World.ConnectAsync(hello);
        await client.CutAsync();
        World.Pause();
        await watcher.QuietAsync();

        await World.ConnectAsync(Hello("a"));

        await watcher.MessageAsync();
    }

    [Fact]
    public async Task Will_TakenOver_IsPublished()
    {
        var watcher = await WatcherAsync();
        await World.ConnectAsync(Hello("a") with { Will = Will });
        World.Pause();

        await World.ConnectAsync("a");

        await watcher.MessageAsync();
    }

    [Fact]
    public async Task Will_ToATopicThatThePolicyDoesNotAllow_IsNotPublished()
    {
        var watcher = await WatcherAsync();
        var certificate = World.NewCertificate(Policy(Statement("client/*", "Connect")));
        var (client, _) = await World.ConnectAsync(Hello("a") with { Will = Will }, certificate);

        await client.CutAsync();

        await watcher.QuietAsync();
    }

    [Fact]
    public async Task Will_Retained_IsKept()
    {
        var (client, _) = await World.ConnectAsync(Hello("a") with { Will = Will with { Retain = true } });
        await client.CutAsync();

        Assert.Equal("gone"u8.ToArray(), World.Broker.Retained.Find("wills")!.Payload.ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Will_DisconnectedByTheOperator_IsPublishedUnlessPrevented(bool prevented)
    {
        var watcher = await WatcherAsync();
        var (client, _) = await World.ConnectAsync(Hello("a") with { Will = Will });

        Assert.True(World.Broker.Disconnect("a", forgetSession: false, prevented));

        Assert.Equal(ReasonCode.AdministrativeAction, await client.EndAsync());
        if (!prevented) await watcher.MessageAsync();
        await watcher.QuietAsync();
        Assert.False(World.Broker.Disconnect("a", forgetSession: false, prevented));
    }

    private async Task<RawClient> WatcherAsync()
    {
        var watcher = await World.ConnectAsync("watcher");
        await watcher.SubscribeAsync(new TopicFilter("wills"));
        return watcher;
    }
}
