using DeviceAgent.Mqtt.Tests.Support;

namespace DeviceAgent.Mqtt.Tests.Brokers;

public class AedesTests(Aedes broker) : BrokerContract(broker, MqttProtocolVersion.V311), IClassFixture<Aedes>
{
    [Fact]
    public async Task Subscribe_Forbidden_IsRefusedForThatFilterOnly()
    {
        await using var client = Client("a");
        await client.ConnectAsync().Soon();
        var result = await client.SubscribeAsync([new("forbidden/a"), new("allowed/a")]).Soon();
        Assert.Equal([MqttReasonCode.UnspecifiedError, MqttReasonCode.GrantedQos1], result.Items.Select(i => i.ReasonCode));
    }
}
