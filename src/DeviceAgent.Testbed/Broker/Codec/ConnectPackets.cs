namespace DeviceAgent.Testbed.Broker.Codec;

/// <summary>CONNECT: the first packet of a client.</summary>
public sealed record ConnectPacket() : MqttPacket(PacketType.Connect)
{
    /// <summary>The version that the connection shall speak.</summary>
    public ProtocolVersion Version { get; init; } = ProtocolVersion.V5;

    /// <summary>May be empty: the server then makes one up.</summary>
    public required string ClientId { get; init; }

    /// <summary>Whether an old session is thrown away («clean session» in 3.1.1).</summary>
    public bool CleanStart { get; init; }

    /// <summary>The keep-alive in seconds; 0 is off.</summary>
    public ushort KeepAlive { get; init; }

    /// <summary>The message sent in the client's name when it vanishes.</summary>
    public WillMessage? Will { get; init; }

    /// <summary>The user name, if any.</summary>
    public string? UserName { get; init; }

    /// <summary>The password, if any.</summary>
    public ReadOnlyMemory<byte>? Password { get; init; }

    /// <summary>MQTT 5 properties.</summary>
    public MqttProperties? Properties { get; init; }
}

/// <summary>The will in a CONNECT.</summary>
/// <param name="Topic">Where it is published.</param>
/// <param name="Payload">What is published.</param>
public sealed record WillMessage(string Topic, ReadOnlyMemory<byte> Payload)
{
    /// <summary>The QoS of the will.</summary>
    public QualityOfService QualityOfService { get; init; }

    /// <summary>Whether the will is retained.</summary>
    public bool Retain { get; init; }

    /// <summary>MQTT 5 will properties.</summary>
    public MqttProperties? Properties { get; init; }
}

/// <summary>CONNACK: the answer to CONNECT.</summary>
public sealed record ConnAckPacket() : MqttPacket(PacketType.ConnAck)
{
    /// <summary>Whether the server still has the session.</summary>
    public bool SessionPresent { get; init; }

    /// <summary>The result; return codes of 3.1.1 are mapped to those of 5.</summary>
    public ReasonCode ReasonCode { get; init; }

    /// <summary>The byte of 3.1.1 as sent (AWS IoT also uses 7, «not authorized»); null in MQTT 5.</summary>
    public byte? ReturnCode { get; init; }

    /// <summary>MQTT 5 properties.</summary>
    public MqttProperties? Properties { get; init; }
}

/// <summary>DISCONNECT: the end of the connection; from the server only in MQTT 5.</summary>
public sealed record DisconnectPacket() : MqttPacket(PacketType.Disconnect)
{
    /// <summary>Why; always normal in 3.1.1.</summary>
    public ReasonCode ReasonCode { get; init; }

    /// <summary>MQTT 5 properties.</summary>
    public MqttProperties? Properties { get; init; }
}

/// <summary>AUTH: a step of an authentication (MQTT 5).</summary>
public sealed record AuthPacket() : MqttPacket(PacketType.Auth)
{
    /// <summary>Which step.</summary>
    public ReasonCode ReasonCode { get; init; }

    /// <summary>MQTT 5 properties.</summary>
    public MqttProperties? Properties { get; init; }
}

/// <summary>PINGREQ: the client is alive and asks whether the server is.</summary>
public sealed record PingReqPacket() : MqttPacket(PacketType.PingReq);

/// <summary>PINGRESP: the answer to PINGREQ.</summary>
public sealed record PingRespPacket() : MqttPacket(PacketType.PingResp);
