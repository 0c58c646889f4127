using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Broker.Codec;

namespace DeviceAgent.Testbed.Tests.Broker;

public sealed class SubscribeTests : BrokerTest
{
    [Theory]
    [InlineData("a/b", "a/b", true)]
    [InlineData("a/b", "a/B", false)]
    [InlineData("a/b", "a", false)]
    [InlineData("a", "a/b", false)]
    [InlineData("+", "a", true)]
    [InlineData("+", "a/b", false)]
    [InlineData("a/+", "a/", true)]
    [InlineData("+/+", "/", true)]
    [InlineData("a/+/c", "a/b/c", true)]
    [InlineData("a/+/c", "a/b/d", false)]
    [InlineData("#", "a/b/c", true)]
    [InlineData("a/#", "a/b/c", true)]
    [InlineData("a/#", "a/", true)]
    [InlineData("a/#", "a", false)] // AWS IoT, not the standard
    [InlineData("a/+/#", "a/b", false)]
    [InlineData("#", "$aws/things/x", false)]
    [InlineData("+/things/x", "$aws/things/x", false)]
    [InlineData("$aws/things/#", "$aws/things/x", true)]
    [InlineData("$aws/#", "$aws", false)]
    public void Matches_AsAwsDoes(string filter, string topic, bool matches) => Assert.Equal(matches, TopicFilters.Matches(filter, topic));

    public static TheoryData<string, int> Misuses => new()
    {
        { "nine filters", 0x97 }, { "qos 2", 0x9B }, { "identifier", 0xA1 }, { "a/b/c/d/e/f/g/h/i", 0x8F }, { new string('t', 257), 0x8F },
        { "$SYS/#", 0x8F }, { "$aws/rules/x", 0x8F },
    };

    [Theory]
    [MemberData(nameof(Misuses))]
    public async Task Subscribe_NotAsAwsTakesIt_EndsTheConnection(string what, int reason)
    {
        var client = await World.ConnectAsync("a");
        var packet = new SubscribePacket { PacketId = 1, Filters = [new TopicFilter("t")] };
        await client.SendAsync(what switch
        {
            "nine filters" => packet with { Filters = [.. Enumerable.Range(0, 9).Select(i => new TopicFilter($"t/{i}"))] },
            "qos 2" => packet with { Filters = [new("t", QualityOfService.ExactlyOnce)] },
            "identifier" => packet with { Properties = new MqttProperties { SubscriptionIdentifiers = [1] } },
            _ => packet with { Filters = [new(what)] },
        });

        Assert.Equal((ReasonCode)reason, await client.EndAsync());
    }

    [Fact]
    public async Task Subscribe_FiftyFirst_IsRefusedAndTheConnectionGoesOn()
    {
        var client = await World.ConnectAsync("a");
        for (var i = 0; i < 50; i++) Assert.Equal([ReasonCode.GrantedQos1], await client.SubscribeAsync(new TopicFilter($"t/{i}")));

        Assert.Equal([ReasonCode.QuotaExceeded, ReasonCode.GrantedQos1], await client.SubscribeAsync(new("t/50"), new("t/7")));
    }

    [Fact]
    public async Task Unsubscribe_NothingMoreArrives()
    {
        var client = await World.ConnectAsync("a");
        await client.SubscribeAsync(new("a"), new("b"));

        await client.SendAsync(new UnsubscribePacket { PacketId = 9, Filters = ["a", "c"] });

        Assert.Equal([ReasonCode.Success, ReasonCode.NoSubscriptionExisted], (await client.ReadAsync<UnsubAckPacket>()).ReasonCodes);
        World.Broker.Publish("a", default);
        World.Broker.Publish("b", default);
        Assert.Equal("b", (await client.MessageAsync()).Topic);
    }

    [Fact]
    public async Task NoLocal_OwnMessagesAreKeptAway()
    {
        var client = await World.ConnectAsync("a");
        await client.SubscribeAsync(new TopicFilter("t") { NoLocal = true });

        Assert.Equal(ReasonCode.Success, await client.PublishAsync("t"));
        await client.QuietAsync();
    }

    [Fact]
    public async Task Shared_EachMessageGoesToOneOfTheGroup()
    {
        var first = await World.ConnectAsync("a");
        var second = await World.ConnectAsync("b");
        var alone = await World.ConnectAsync("c");
        await first.SubscribeAsync(new TopicFilter("$share/g/t/#"));
        await second.SubscribeAsync(new TopicFilter("$share/g/t/#"));
        await alone.SubscribeAsync(new TopicFilter("$share/other/t/#"));

        for (var i = 0; i < 4; i++) World.Broker.Publish($"t/{i}", default);

        string[] shared = [(await first.MessageAsync()).Topic, (await first.MessageAsync()).Topic, (await second.MessageAsync()).Topic, (await second.MessageAsync()).Topic];
        Assert.Equal(["t/0", "t/1", "t/2", "t/3"], shared.Order());
        for (var i = 0; i < 4; i++) Assert.Equal($"t/{i}", (await alone.MessageAsync()).Topic);
        await first.QuietAsync();
        await second.QuietAsync();
    }
}
