using DeviceAgent.Mqtt.Reconnect;

namespace DeviceAgent.Mqtt.Tests.Reconnect;

public class BackoffTests
{
    private static readonly MqttReconnectOptions Options = new();

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(8, 256)]
    [InlineData(9, 300)]
    [InlineData(100_000, 300)]
    public void Delay_IsAnythingUpToADoublingCeiling(int failures, int ceiling)
    {
        Assert.Equal(TimeSpan.Zero, Backoff.Delay(failures, MqttDisconnectReason.ConnectionLost, 0, Options));
        Assert.Equal(TimeSpan.FromSeconds(ceiling), Backoff.Delay(failures, MqttDisconnectReason.ConnectFailed, 1, Options));
    }

    [Fact]
    public void Delay_TakenOver_IsLongFromTheFirst()
    {
        Assert.Equal(TimeSpan.FromSeconds(30), Backoff.Delay(1, MqttDisconnectReason.SessionTakenOver, 0, Options));
        Assert.Equal(TimeSpan.FromSeconds(300), Backoff.Delay(1, MqttDisconnectReason.SessionTakenOver, 1, Options));
    }
}
