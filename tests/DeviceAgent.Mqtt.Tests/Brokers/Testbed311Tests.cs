using DeviceAgent.Mqtt.Tests.Support;

namespace DeviceAgent.Mqtt.Tests.Brokers;

public class Testbed311Tests(TestbedBroker broker) : BrokerContract(broker, MqttProtocolVersion.V311), IClassFixture<TestbedBroker>
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
