namespace DeviceAgent.Mqtt;

/// <summary>Whether retained messages are sent when a subscription is made (MQTT 5).</summary>
public enum MqttRetainHandling
{
    /// <summary>At every SUBSCRIBE.</summary>
    SendAlways = 0,

    /// <summary>Only when the subscription did not exist yet.</summary>
    SendIfNew = 1,

    /// <summary>Never.</summary>
    DoNotSend = 2,
}
