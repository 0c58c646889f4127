using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Broker.Codec;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Testbed.Tests.Broker;

public sealed class RetainedTests : BrokerTest
{
    [Fact]
    public async Task Retained_ExactSubscription_GetsItAWildcardDoesNot()
    {
        var client = await World.ConnectAsync("a");
        await client.PublishAsync("t/1", "kept", retain: true);

        await client.SubscribeAsync(new TopicFilter("t/+"));
        await client.QuietAsync();
        await client.SubscribeAsync(new TopicFilter("t/1"));

        var message = await client.MessageAsync();
        Assert.Equal(("kept", true), (RawClient.TextOf(message), message.Retain));
    }

    [Fact]
    public async Task Retained_EmptyMessage_IsForgotten()
    {
        var client = await World.ConnectAsync("a");
        await client.PublishAsync("t", "kept", retain: true);
        await client.PublishAsync("t", "", retain: true);

        await client.SubscribeAsync(new TopicFilter("t"));

        await client.QuietAsync();
        Assert.Empty(World.Broker.Retained.All);
    }

    [Fact]
    public async Task Retained_ToWhoIsSubscribedAlready_IsNotMarked()
    {
        var client = await World.ConnectAsync("a");
        await client.SubscribeAsync(new("t/a") { RetainAsPublished = true }, new("t/b"));
        var other = await World.ConnectAsync("b");
        await other.PublishAsync("t/a", retain: true);
        await other.PublishAsync("t/b", retain: true);

        Assert.True((await client.MessageAsync()).Retain);
        Assert.False((await client.MessageAsync()).Retain);
    }

    [Theory]
    [InlineData(RetainHandling.SendAlways, true, true)]
    [InlineData(RetainHandling.SendIfNew, true, false)]
    [InlineData(RetainHandling.DoNotSend, false, false)]
    public async Task RetainHandling_IsFollowed(RetainHandling handling, bool first, bool second)
    {
        var client = await World.ConnectAsync("a");
        await client.PublishAsync("t", retain: true);
        foreach (var sent in new[] { first, second })
        {
            await client.SubscribeAsync(new TopicFilter("t") { RetainHandling = handling });
            if (sent) await client.MessageAsync();
            await client.QuietAsync();
        }
    }

    [Fact]
    public async Task Retained_OnAReservedTopic_EndsTheConnection()
    {
        var client = await World.ConnectAsync("a");
        await client.SendAsync(client.Message("$aws/things/a/shadow/update", retain: true));

        Assert.Equal(ReasonCode.TopicNameInvalid, await client.EndAsync());
    }

    [Fact]
    public async Task Retained_OutlivesARestartAndThenItsExpiry()
    {
        var client = await World.ConnectAsync("a");
        await client.PublishAsync("t", "kept", retain: true, new MqttProperties { MessageExpiryInterval = 60, ContentType = "text/plain", UserProperties = [new("k", "v")] });
        await using var restarted = new MqttBroker(World.Iot.Registry, World.Iot.Store, new BrokerLimits(), World.Time, NullLogger<MqttBroker>.Instance);

        var message = restarted.Retained.Find("t")!;

        Assert.Equal("kept"u8.ToArray(), message.Payload.ToArray());
        Assert.Equal("text/plain", message.Properties!.ContentType);
        Assert.Equal([new("k", "v")], message.Properties.UserProperties);
        World.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Null(restarted.Retained.Find("t"));
    }

    [Fact]
    public async Task Retained_MoreThanMayBe_IsRefused()
    {
        await using var world = new BrokerWorld(new BrokerLimits { RetainedMessages = 1 });
        var client = await world.ConnectAsync("a");

        Assert.Equal(
            [ReasonCode.Success, ReasonCode.QuotaExceeded, ReasonCode.Success],
            [await client.PublishAsync("t/1", retain: true), await client.PublishAsync("t/2", retain: true), await client.PublishAsync("t/1", "new", retain: true)]);
    }
}
