using DeviceAgent.TestSupport;

namespace DeviceAgent.Mqtt.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void PublicApi_OfTheLibrary_IsTheApprovedOne() => Assert.Equal("", PublicApi.Difference(typeof(MqttClient).Assembly));
}
