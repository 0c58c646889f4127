using System.Text;
using DeviceAgent.Mqtt.Tests.Support;
using DeviceAgent.Mqtt.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Mqtt.Tests.Brokers;

/// <summary>What every broker must find right about this client. Topics and client ids are each test's own.</summary>
public abstract class BrokerContract(IBroker broker, MqttProtocolVersion version)
{
    private readonly string _name = $"t{Guid.NewGuid():N}";

    protected MqttProtocolVersion Version => version;

    [Theory]
    [InlineData(MqttQualityOfService.AtMostOnce)]
    [InlineData(MqttQualityOfService.AtLeastOnce)]
    public async Task PublishSubscribe_ComesBackAsSent(MqttQualityOfService qos)
    {
        await using var client = Client("a");
        var events = new Recorder(client);
        await client.ConnectAsync().Soon();
        Assert.True((await client.SubscribeAsync([new($"{_name}/+/x", qos)]).Soon()).IsSuccess);
        foreach (var payload in (byte[][])[[], [0, 255], new byte[100_000]])
        {
            Assert.True((await client.PublishAsync(new MqttMessage($"{_name}/ü/x", payload) { QualityOfService = qos }).Soon()).IsSuccess);
            var message = await events.MessageAsync();
            Assert.Equal(($"{_name}/ü/x", qos), (message.Topic, message.QualityOfService));
            Assert.Equal(payload, message.Payload.ToArray());
        }
    }

    [Fact]
    public async Task Publish_ManyAtATime_AllAreAcknowledgedAndArrive()
    {
        await using var client = Client("a");
        var events = new Recorder(client);
        await client.ConnectAsync().Soon();
        await client.SubscribeAsync([new(_name)]).Soon();
        var results = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => client.PublishAsync(new MqttMessage(_name, Encoding.UTF8.GetBytes($"{i}"))))).Soon();
        Assert.All(results, r => Assert.True(r.IsSuccess));
        var arrived = new HashSet<string>();
        while (arrived.Count < 500) arrived.Add(Encoding.UTF8.GetString((await events.MessageAsync()).Payload.Span));
    }

    [Fact]
    public async Task Session_Persistent_KeepsSubscriptionAndMessages()
    {
        await using var sender = Client("sender");
        await sender.ConnectAsync().Soon();
        await using (var client = Client("sleeper"))
        {
            Assert.False((await client.ConnectAsync().Soon()).SessionPresent);
            await client.SubscribeAsync([new(_name)]).Soon();
        }

        await sender.PublishAsync(new MqttMessage(_name, "while away"u8.ToArray())).Soon();
        await using var again = Client("sleeper");
        var events = new Recorder(again);
        Assert.True((await again.ConnectAsync().Soon()).SessionPresent);
        Assert.Equal("while away", Encoding.UTF8.GetString((await events.MessageAsync()).Payload.Span));
    }

    [Fact]
    public async Task Will_ConnectionCut_IsPublished()
    {
        await using var watcher = Client("watcher");
        var events = new Recorder(watcher);
        await watcher.ConnectAsync().Soon();
        await watcher.SubscribeAsync([new(_name)]).Soon();
        Stream? stream = null;
        var options = Options("dying", will: new MqttWill(new MqttMessage(_name, "gone"u8.ToArray())));
        await using var dying = new MqttClient(
            options, TimeProvider.System, NullLogger.Instance, async token => stream = await MqttTransport.OpenAsync(options, TimeProvider.System, token));
        await dying.ConnectAsync().Soon();
        await stream!.DisposeAsync();
        Assert.Equal("gone", Encoding.UTF8.GetString((await events.MessageAsync()).Payload.Span));
    }

    [Fact]
    public async Task Retained_IsSentToALateSubscriber()
    {
        await using var publisher = Client("publisher");
        var live = new Recorder(publisher);
        await publisher.ConnectAsync().Soon();
        await publisher.SubscribeAsync([new(_name)]).Soon();
        await publisher.PublishAsync(new MqttMessage(_name, "kept"u8.ToArray()) { Retain = true }).Soon();
        // aedes acknowledges before it keeps; what it delivers it has kept.
        await live.MessageAsync();

        await using var late = Client("late");
        var events = new Recorder(late);
        await late.ConnectAsync().Soon();
        await late.SubscribeAsync([new(_name)]).Soon();
        var message = await events.MessageAsync();
        Assert.Equal((true, "kept"), (message.Retain, Encoding.UTF8.GetString(message.Payload.Span)));
        await publisher.PublishAsync(new MqttMessage(_name, default) { Retain = true }).Soon();
    }

    [Fact]
    public async Task Unsubscribe_NothingMoreArrives()
    {
        await using var client = Client("a");
        var events = new Recorder(client);
        await client.ConnectAsync().Soon();
        await client.SubscribeAsync([new($"{_name}/a"), new($"{_name}/b")]).Soon();
        Assert.True((await client.UnsubscribeAsync([$"{_name}/a"]).Soon()).IsSuccess);
        await client.PublishAsync(new MqttMessage($"{_name}/a", default)).Soon();
        await client.PublishAsync(new MqttMessage($"{_name}/b", default)).Soon();
        Assert.Equal($"{_name}/b", (await events.MessageAsync()).Topic);
    }

    [Fact]
    public async Task SameClientId_TheFirstIsToldOrCut()
    {
        await using var first = Client("twin");
        var events = new Recorder(first);
        await first.ConnectAsync().Soon();
        await using var second = Client("twin");
        await second.ConnectAsync().Soon();
        // mosquitto 2.0.11 cuts the first in MQTT 5 as well, without a DISCONNECT.
        MqttDisconnectReason[] expected = version == MqttProtocolVersion.V5
            ? [MqttDisconnectReason.SessionTakenOver, MqttDisconnectReason.ConnectionLost]
            : [MqttDisconnectReason.ConnectionLost];
        Assert.Contains((await events.DisconnectedAsync()).Reason, expected);
        Assert.True(second.IsConnected);
    }

    [Fact]
    public async Task KeepAlive_Short_HoldsTheConnection()
    {
        // A broker cuts after one and a half times it: half of it is what a busy machine may be late by.
        var options = Options("a", TimeSpan.FromSeconds(6));
        PingCountingStream? stream = null;
        await using var client = new MqttClient(
            options, TimeProvider.System, NullLogger.Instance, async token => stream = new PingCountingStream(await MqttTransport.OpenAsync(options, TimeProvider.System, token)));
        var events = new Recorder(client);
        var granted = (await client.ConnectAsync().Soon()).KeepAlive;
        await client.SubscribeAsync([new(_name)]).Soon();
        // Two pings are longer than that. Where the server grants more (AWS IoT, 30 s at least), there is nothing to wait for.
        for (var i = 0; i < 2 && granted == options.KeepAlive; i++) await stream!.Pings.WaitAsync().Soon();
        await client.PublishAsync(new MqttMessage(_name, default)).Soon();
        await events.MessageAsync();
        Assert.True(client.IsConnected);
    }

    protected MqttClient Client(string id) =>
        new(Options(id), TimeProvider.System, NullLogger<MqttClient>.Instance);

    protected MqttClientOptions Options(string id, TimeSpan? keepAlive = null, MqttWill? will = null) => new()
    {
        Host = broker.Host,
        Port = broker.Port,
        Tls = broker.Tls,
        ClientId = $"{_name}-{id}",
        ProtocolVersion = version,
        KeepAlive = keepAlive ?? TimeSpan.FromSeconds(60),
        Will = will,
    };
}
