namespace DeviceAgent.Mqtt;

/// <summary>The verdict on one filter.</summary>
/// <param name="Filter">The filter.</param>
/// <param name="ReasonCode">The granted QoS (<see cref="MqttReasonCode.Success"/> is QoS 0) or why not; in 3.1.1 a refusal is always <see cref="MqttReasonCode.UnspecifiedError"/>.</param>
public sealed record MqttSubscribeResultItem(string Filter, MqttReasonCode ReasonCode)
{
    /// <summary>Not refused.</summary>
    public bool IsSuccess => ReasonCode < MqttReasonCode.UnspecifiedError;
}
