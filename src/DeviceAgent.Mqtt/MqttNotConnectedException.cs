namespace DeviceAgent.Mqtt;

/// <summary>There is no connection to do it on.</summary>
public sealed class MqttNotConnectedException : MqttException
{
    internal MqttNotConnectedException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
