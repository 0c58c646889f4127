namespace DeviceAgent.Testbed.Broker.Codec;

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
