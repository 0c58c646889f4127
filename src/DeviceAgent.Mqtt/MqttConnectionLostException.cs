namespace DeviceAgent.Mqtt;

/// <summary>The connection ended before a message was acknowledged. Whether it arrived is unknown: publish it again.</summary>
public sealed class MqttConnectionLostException : MqttException
{
    internal MqttConnectionLostException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
