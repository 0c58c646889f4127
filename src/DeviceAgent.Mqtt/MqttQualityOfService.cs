namespace DeviceAgent.Mqtt;

/// <summary>How surely a message arrives.</summary>
public enum MqttQualityOfService
{
    /// <summary>QoS 0: sent once, never acknowledged.</summary>
    AtMostOnce = 0,

    /// <summary>QoS 1: acknowledged, and sent again until it is; may arrive more than once.</summary>
    AtLeastOnce = 1,

    /// <summary>QoS 2: known to the codec only. AWS IoT Core and this client do not do it.</summary>
    ExactlyOnce = 2,
}
