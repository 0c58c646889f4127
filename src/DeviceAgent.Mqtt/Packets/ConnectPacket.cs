namespace DeviceAgent.Mqtt.Packets;

/// <summary>CONNECT: the first packet of a client.</summary>
public sealed record ConnectPacket() : MqttPacket(MqttPacketType.Connect)
{
    /// <summary>The version that the connection shall speak.</summary>
    public MqttProtocolVersion Version { get; init; } = MqttProtocolVersion.V5;

    /// <summary>May be empty: the server then makes one up.</summary>
    public required string ClientId { get; init; }

    /// <summary>Whether an old session is thrown away («clean session» in 3.1.1).</summary>
    public bool CleanStart { get; init; }

    /// <summary>The longest silence of the client, in seconds; 0 is none.</summary>
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
