namespace DeviceAgent.Mqtt.Packets;

/// <summary>The upper four bits of a packet's first byte.</summary>
public enum MqttPacketType
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
