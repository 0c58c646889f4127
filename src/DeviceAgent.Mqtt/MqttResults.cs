namespace DeviceAgent.Mqtt;

/// <summary>An accepted connection.</summary>
/// <param name="SessionPresent">The server still had the session: its subscriptions and waiting messages.</param>
/// <param name="ClientId">The client id, by the server if it made one up.</param>
/// <param name="KeepAlive">The keep-alive in use.</param>
/// <param name="SessionExpiry">How long the server keeps the session; null in 3.1.1.</param>
public sealed record MqttConnectResult(bool SessionPresent, string ClientId, TimeSpan KeepAlive, TimeSpan? SessionExpiry);

/// <summary>What became of a message.</summary>
/// <param name="ReasonCode">The verdict; success without asking for QoS 0 and in 3.1.1.</param>
/// <param name="ReasonString">The server's words, if any.</param>
public sealed record MqttPublishResult(MqttReasonCode ReasonCode, string? ReasonString = null)
{
    /// <summary>The server took it over (or, with QoS 0, it was sent).</summary>
    public bool IsSuccess => ReasonCode < MqttReasonCode.UnspecifiedError;
}

/// <summary>The verdicts on the filters of a SUBSCRIBE or UNSUBSCRIBE, in their order.</summary>
/// <param name="Items">One for each filter.</param>
/// <param name="ReasonString">The server's words, if any.</param>
public sealed record MqttSubscribeResult(IReadOnlyList<MqttSubscribeResultItem> Items, string? ReasonString = null)
{
    /// <summary>No filter was refused.</summary>
    public bool IsSuccess => Items.All(i => i.IsSuccess);
}

/// <summary>The verdict on one filter.</summary>
/// <param name="Filter">The filter.</param>
/// <param name="ReasonCode">The granted QoS (<see cref="MqttReasonCode.Success"/> is QoS 0) or why not; in 3.1.1 a refusal is always <see cref="MqttReasonCode.UnspecifiedError"/>.</param>
public sealed record MqttSubscribeResultItem(string Filter, MqttReasonCode ReasonCode)
{
    /// <summary>Not refused.</summary>
    public bool IsSuccess => ReasonCode < MqttReasonCode.UnspecifiedError;
}
