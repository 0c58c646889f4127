namespace DeviceAgent.Mqtt.Tests.Reconnect;

public class MqttReconnectOptionsTests
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
        Assert.Equal(TimeSpan.Zero, Options.DelayAfter(failures, MqttDisconnectReason.ConnectionLost, 0));
        Assert.Equal(TimeSpan.FromSeconds(ceiling), Options.DelayAfter(failures, MqttDisconnectReason.ConnectFailed, 1));
    }

    [Fact]
    public void Delay_TakenOver_IsLongFromTheFirst()
    {
        Assert.Equal(TimeSpan.FromSeconds(30), Options.DelayAfter(1, MqttDisconnectReason.SessionTakenOver, 0));
        Assert.Equal(TimeSpan.FromSeconds(300), Options.DelayAfter(1, MqttDisconnectReason.SessionTakenOver, 1));
    }
}
