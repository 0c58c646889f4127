namespace DeviceAgent.Mqtt;

/// <summary>The server did not answer a packet in time.</summary>
public sealed class MqttTimeoutException : MqttException
{
    internal MqttTimeoutException(string message) : base(message)
    {
    }
}
