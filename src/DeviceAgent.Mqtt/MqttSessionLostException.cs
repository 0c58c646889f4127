namespace DeviceAgent.Mqtt;

/// <summary>The session ended before a message was acknowledged. Whether it arrived is unknown: publish it again.</summary>
public sealed class MqttSessionLostException : MqttException
{
    internal MqttSessionLostException(string message) : base(message)
    {
    }
}
