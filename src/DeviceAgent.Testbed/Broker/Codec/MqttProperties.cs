namespace DeviceAgent.Testbed.Broker.Codec;

/// <summary>The properties of MQTT 5. Null, or an empty list: the property is absent.</summary>
public sealed record MqttProperties
{
    /// <summary>True: the payload is UTF-8 text. PUBLISH and will.</summary>
    public bool? PayloadFormatIndicator { get; set; }

    /// <summary>Life of the message in seconds. PUBLISH and will.</summary>
    public uint? MessageExpiryInterval { get; set; }

    /// <summary>What the payload is, for example a media type. PUBLISH and will.</summary>
    public string? ContentType { get; set; }

    /// <summary>Where the response is expected. PUBLISH and will.</summary>
    public string? ResponseTopic { get; set; }

    /// <summary>Matches a response to its request. PUBLISH and will.</summary>
    public ReadOnlyMemory<byte>? CorrelationData { get; set; }

    /// <summary>Each 1 to 268435455: one in SUBSCRIBE, any number in PUBLISH.</summary>
    public IReadOnlyList<uint> SubscriptionIdentifiers { get; set; } = [];

    /// <summary>How long the session outlives the connection, in seconds. CONNECT, CONNACK and DISCONNECT.</summary>
    public uint? SessionExpiryInterval { get; set; }

    /// <summary>The client id that the server made up. CONNACK.</summary>
    public string? AssignedClientIdentifier { get; set; }

    /// <summary>The keep-alive to use, in seconds, instead of the client's. CONNACK.</summary>
    public ushort? ServerKeepAlive { get; set; }

    /// <summary>CONNECT, CONNACK and AUTH.</summary>
    public string? AuthenticationMethod { get; set; }

    /// <summary>Only with a method. CONNECT, CONNACK and AUTH.</summary>
    public ReadOnlyMemory<byte>? AuthenticationData { get; set; }

    /// <summary>Whether reason strings are wanted. CONNECT.</summary>
    public bool? RequestProblemInformation { get; set; }

    /// <summary>Seconds between the loss of the client and its will. Will.</summary>
    public uint? WillDelayInterval { get; set; }

    /// <summary>CONNECT.</summary>
    public bool? RequestResponseInformation { get; set; }

    /// <summary>CONNACK.</summary>
    public string? ResponseInformation { get; set; }

    /// <summary>Another server to use. CONNACK and DISCONNECT.</summary>
    public string? ServerReference { get; set; }

    /// <summary>The reason for people. All answers, DISCONNECT and AUTH.</summary>
    public string? ReasonString { get; set; }

    /// <summary>How many unacknowledged QoS 1 and 2 messages the sender of this takes; not 0. CONNECT and CONNACK.</summary>
    public ushort? ReceiveMaximum { get; set; }

    /// <summary>The highest alias that the sender of this takes. CONNECT and CONNACK.</summary>
    public ushort? TopicAliasMaximum { get; set; }

    /// <summary>A number for the topic; not 0. PUBLISH.</summary>
    public ushort? TopicAlias { get; set; }

    /// <summary>QoS 0 or 1; absent means 2. CONNACK.</summary>
    public QualityOfService? MaximumQualityOfService { get; set; }

    /// <summary>Whether messages can be retained. CONNACK.</summary>
    public bool? RetainAvailable { get; set; }

    /// <summary>Any number, in any packet but PINGREQ and PINGRESP.</summary>
    public IReadOnlyList<UserProperty> UserProperties { get; set; } = [];

    /// <summary>The largest packet that the sender of this takes, in bytes; not 0. CONNECT and CONNACK.</summary>
    public uint? MaximumPacketSize { get; set; }

    /// <summary>CONNACK.</summary>
    public bool? WildcardSubscriptionAvailable { get; set; }

    /// <summary>CONNACK.</summary>
    public bool? SubscriptionIdentifierAvailable { get; set; }

    /// <summary>CONNACK.</summary>
    public bool? SharedSubscriptionAvailable { get; set; }
}

/// <summary>A name and value that travel with a packet (MQTT 5). Names may repeat.</summary>
public readonly record struct UserProperty(string Name, string Value);
