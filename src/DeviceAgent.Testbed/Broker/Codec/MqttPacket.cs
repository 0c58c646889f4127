namespace DeviceAgent.Testbed.Broker.Codec;

/// <summary>One control packet of MQTT 3.1.1 or 5. Properties are left out of what is sent in 3.1.1.</summary>
public abstract record MqttPacket
{
    private protected MqttPacket(PacketType type) => Type = type;

    /// <summary>Which packet it is.</summary>
    public PacketType Type { get; }
}

/// <summary>The upper four bits of a packet's first byte.</summary>
public enum PacketType
{
    /// <summary>Not a packet: the value is forbidden.</summary>
    None = 0,

    /// <summary>The client asks for a connection.</summary>
    Connect = 1,

    /// <summary>The server's answer to CONNECT.</summary>
    ConnAck = 2,

    /// <summary>A message.</summary>
    Publish = 3,

    /// <summary>A QoS 1 message was taken over.</summary>
    PubAck = 4,

    /// <summary>QoS 2, first answer.</summary>
    PubRec = 5,

    /// <summary>QoS 2, second step.</summary>
    PubRel = 6,

    /// <summary>QoS 2, last answer.</summary>
    PubComp = 7,

    /// <summary>The client asks for subscriptions.</summary>
    Subscribe = 8,

    /// <summary>The server's answer to SUBSCRIBE.</summary>
    SubAck = 9,

    /// <summary>The client ends subscriptions.</summary>
    Unsubscribe = 10,

    /// <summary>The server's answer to UNSUBSCRIBE.</summary>
    UnsubAck = 11,

    /// <summary>The client is alive.</summary>
    PingReq = 12,

    /// <summary>The server is alive.</summary>
    PingResp = 13,

    /// <summary>The connection ends, in MQTT 5 from either side.</summary>
    Disconnect = 14,

    /// <summary>A step of an authentication (MQTT 5).</summary>
    Auth = 15,
}

/// <summary>The MQTT version; the value is the protocol level in CONNECT.</summary>
public enum ProtocolVersion
{
    /// <summary>MQTT 3.1.1: a refusal is a closed connection, mostly without a reason.</summary>
    V311 = 4,

    /// <summary>MQTT 5: every refusal has a reason code.</summary>
    V5 = 5,
}

/// <summary>The delivery guarantee of a message.</summary>
public enum QualityOfService
{
    /// <summary>QoS 0: sent once, never acknowledged.</summary>
    AtMostOnce = 0,

    /// <summary>QoS 1: acknowledged, and sent again until it is; may arrive more than once.</summary>
    AtLeastOnce = 1,

    /// <summary>QoS 2: known to the codec only. AWS IoT Core does not do it.</summary>
    ExactlyOnce = 2,
}
