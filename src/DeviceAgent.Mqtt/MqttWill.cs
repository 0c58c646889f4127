namespace DeviceAgent.Mqtt;

/// <summary>The message that the server publishes when this client vanishes.</summary>
/// <param name="Message">The message.</param>
public sealed record MqttWill(MqttMessage Message)
{
    /// <summary>How long after the loss (MQTT 5): a quick reconnect then sends none. Whole seconds.</summary>
    public TimeSpan Delay { get; init; }
}
