namespace DeviceAgent.Rigs.Faults;

/// <summary>What happens to one connection through the proxy.</summary>
/// <param name="Direction">Whose bytes are counted.</param>
/// <param name="After">So many of them are let through; then the ending comes. 0 for the response: the service has answered, and nothing of it arrives.</param>
/// <param name="Ending">What comes then.</param>
internal sealed record ConnectionFault(Direction Direction, long After, Ending Ending)
{
    /// <summary>Refused: a RST before the first byte is read.</summary>
    public static ConnectionFault Refused { get; } = new(Direction.Request, 0, Ending.Reset) { AtOnce = true };

    /// <summary>Accepted and never listened to.</summary>
    public static ConnectionFault BlackHole { get; } = new(Direction.Request, 0, Ending.Stall) { AtOnce = true };

    /// <summary>Does not wait for the first byte.</summary>
    public bool AtOnce { get; private init; }

    /// <summary>Only slow, otherwise sound.</summary>
    public static ConnectionFault Slow(TimeSpan latency) => new(Direction.Request, long.MaxValue, Ending.Reset) { Latency = latency };

    /// <summary>How long each piece of data is held up, in both directions.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>One of all the kinds, anywhere in the first request or two of the connection.</summary>
    public static ConnectionFault AnyOf(Random random) => random.Next(8) switch
    {
        0 => Refused,
        1 => Slow(TimeSpan.FromMilliseconds(random.Next(1, 200))),
        2 => new ConnectionFault(Direction.Response, 0, Ending.Reset),
        < 6 => new ConnectionFault(Direction.Request, random.Next(1, 5000), (Ending)random.Next(4)),
        _ => new ConnectionFault(Direction.Response, random.Next(1, 500), (Ending)random.Next(4)),
    };
}
