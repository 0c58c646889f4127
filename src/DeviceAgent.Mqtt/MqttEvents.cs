namespace DeviceAgent.Mqtt;

/// <summary>A connection stands.</summary>
/// <param name="Result">What the server granted. Without its session, messages may have been missed: ask for the present state.</param>
/// <param name="RefusedFilters">Subscriptions that could not be restored.</param>
public sealed record MqttConnected(MqttConnectResult Result, IReadOnlyList<MqttSubscribeResultItem> RefusedFilters);

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

/// <summary>Why there is no connection (any more).</summary>
public enum MqttDisconnectReason
{
    /// <summary>This side asked for it.</summary>
    ClientRequested,

    /// <summary>The network, or a server that says nothing, ended it. In 3.1.1 that includes every refusal after CONNACK.</summary>
    ConnectionLost,

    /// <summary>The server no longer answers.</summary>
    KeepAliveTimeout,

    /// <summary>The server said goodbye, with a reason code.</summary>
    ServerDisconnected,

    /// <summary>Another connection uses the same client id.</summary>
    SessionTakenOver,

    /// <summary>The server sent what MQTT does not allow.</summary>
    ProtocolError,

    /// <summary>The attempt to connect failed.</summary>
    ConnectFailed,
}
