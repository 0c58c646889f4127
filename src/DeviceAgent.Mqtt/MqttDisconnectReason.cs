namespace DeviceAgent.Mqtt;

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
