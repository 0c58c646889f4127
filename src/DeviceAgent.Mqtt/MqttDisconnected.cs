namespace DeviceAgent.Mqtt;

/// <summary>A connection ended, or an attempt at one failed.</summary>
/// <param name="Reason">What kind of end.</param>
/// <param name="Message">The end in words.</param>
public sealed record MqttDisconnected(MqttDisconnectReason Reason, string Message)
{
    /// <summary>The reason code, when one was sent.</summary>
    public MqttReasonCode? ReasonCode { get; init; }

    /// <summary>What failed, if anything did; an <see cref="MqttConnectException"/> for a failed attempt.</summary>
    public Exception? Exception { get; init; }

    /// <summary>When the next attempt comes; null when none does.</summary>
    public TimeSpan? RetryIn { get; init; }
}
