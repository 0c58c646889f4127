namespace DeviceAgent.Mqtt;

/// <summary>What became of a message.</summary>
/// <param name="ReasonCode">The verdict; success without asking for QoS 0 and in 3.1.1.</param>
/// <param name="ReasonString">The server's words, if any.</param>
public sealed record MqttPublishResult(MqttReasonCode ReasonCode, string? ReasonString = null)
{
    /// <summary>The server took it over (or, with QoS 0, it was sent).</summary>
    public bool IsSuccess => ReasonCode < MqttReasonCode.UnspecifiedError;
}
