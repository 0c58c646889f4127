namespace DeviceAgent.Testbed.Broker;

/// <summary>The limits of the broker: the quotas of AWS IoT Core, and bounds that keep one client from filling this machine's memory.</summary>
internal sealed record BrokerLimits
{
    /// <summary>Topics, filters, payloads and client ids.</summary>
    public MessageLimits Packets { get; init; } = MessageLimits.AwsIotCore;

    /// <summary>The largest packet, header included, in bytes.</summary>
    public int PacketBytes { get; init; } = 149_504;

    /// <summary>The most unacknowledged QoS 1 messages, each way.</summary>
    public ushort ReceiveMaximum { get; init; } = 100;

    /// <summary>The most messages a second that a connection may publish; more are discarded.</summary>
    public int PublishesPerSecond { get; init; } = 100;

    /// <summary>The shortest time between two CONNECTs with the same client id.</summary>
    public TimeSpan ConnectInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A shorter keep-alive is raised to this.</summary>
    public TimeSpan ShortestKeepAlive { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A longer keep-alive, or none, becomes this.</summary>
    public TimeSpan LongestKeepAlive { get; init; } = TimeSpan.FromSeconds(1200);

    /// <summary>How long a session outlives its connection at most.</summary>
    public TimeSpan SessionExpiry { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The most QoS 1 messages that wait in a session; more are discarded, or end a connection that does not keep up.</summary>
    public int StoredMessages { get; init; } = 1000;

    /// <summary>Likewise, in bytes of payload.</summary>
    public int StoredBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How many bytes may wait to be sent on a connection before it counts as one that does not read.</summary>
    public int OutgoingBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How long a new connection has for its CONNECT.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a client may go without reading what is sent to it.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The most sessions, connected or not, of the account.</summary>
    public int Sessions { get; init; } = 1000;

    /// <summary>The most retained messages of the account.</summary>
    public int RetainedMessages { get; init; } = 1000;
}

/// <summary>Limits of a service, checked before anything is sent: breaking them there ends the connection, without a reason in 3.1.1.</summary>
public sealed record MessageLimits
{
    /// <summary>The limits of AWS IoT Core.</summary>
    public static MessageLimits AwsIotCore { get; } = new();

    /// <summary>Only what MQTT itself limits.</summary>
    public static MessageLimits None { get; } = new()
    {
        TopicBytes = ushort.MaxValue,
        TopicSlashes = ushort.MaxValue,
        FiltersPerSubscribe = int.MaxValue,
        Subscriptions = int.MaxValue,
        PayloadBytes = int.MaxValue,
        ClientIdBytes = ushort.MaxValue,
    };

    /// <summary>The longest topic or filter, in bytes of UTF-8; the first three levels of <c>$aws/rules/NAME/</c> do not count.</summary>
    public int TopicBytes { get; init; } = 256;

    /// <summary>The most slashes in a topic or filter; those of <c>$aws/rules/NAME/</c> do not count.</summary>
    public int TopicSlashes { get; init; } = 7;

    /// <summary>The most filters in one SUBSCRIBE or UNSUBSCRIBE.</summary>
    public int FiltersPerSubscribe { get; init; } = 8;

    /// <summary>The most subscriptions of a connection.</summary>
    public int Subscriptions { get; init; } = 50;

    /// <summary>The largest payload, in bytes.</summary>
    public int PayloadBytes { get; init; } = 128 * 1024;

    /// <summary>The longest client id, in bytes of UTF-8.</summary>
    public int ClientIdBytes { get; init; } = 128;
}
