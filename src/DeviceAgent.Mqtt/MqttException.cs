namespace DeviceAgent.Mqtt;

/// <summary>Everything that this client throws for a reason of MQTT or of the network.</summary>
public abstract class MqttException : Exception
{
    private protected MqttException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
