using DeviceAgent.Mqtt.Tests.Support;

namespace DeviceAgent.Mqtt.Tests.Brokers;

/// <summary>What every broker of MQTT 5 must find right about this client.</summary>
public abstract class Broker5Contract(IBroker broker) : BrokerContract(broker, MqttProtocolVersion.V5)
{
    [Fact]
    public async Task Properties_PassThrough()
    {
        await using var client = Client("a");
        var events = new Recorder(client);
        await client.ConnectAsync().Soon();
        await client.SubscribeAsync([new("properties")]).Soon();
        await client.PublishAsync(new MqttMessage("properties", "{}"u8.ToArray())
        {
            ContentType = "application/json",
            ResponseTopic = "answers",
            CorrelationData = new byte[] { 1, 2 },
            Expiry = TimeSpan.FromMinutes(5),
            UserProperties = [new("a", "1"), new("a", "2")],
        }).Soon();
        var message = await events.MessageAsync();
        Assert.Equal(("application/json", "answers"), (message.ContentType, message.ResponseTopic));
        Assert.Equal([1, 2], message.CorrelationData!.Value.ToArray());
        Assert.Equal([new("a", "1"), new("a", "2")], message.UserProperties);
        Assert.InRange(message.Expiry!.Value.TotalSeconds, 290, 300);
    }

    [Fact]
    public async Task Subscribe_NoLocal_DoesNotEcho()
    {
        await using var client = Client("a");
        var events = new Recorder(client);
        await client.ConnectAsync().Soon();
        await client.SubscribeAsync([new("quiet") { NoLocal = true }, new("loud")]).Soon();
        await client.PublishAsync(new MqttMessage("quiet", default)).Soon();
        await client.PublishAsync(new MqttMessage("loud", default)).Soon();
        Assert.Equal("loud", (await events.MessageAsync()).Topic);
    }

    [Fact]
    public async Task Publish_Forbidden_IsRefusedWithItsReason()
    {
        await using var client = Client("a");
        await client.ConnectAsync().Soon();
        Assert.Equal(MqttReasonCode.NotAuthorized, (await client.PublishAsync(new MqttMessage("forbidden/a", default)).Soon()).ReasonCode);
    }
}
