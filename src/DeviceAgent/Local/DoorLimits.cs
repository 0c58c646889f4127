namespace DeviceAgent.Local;

/// <summary>What a client may take of the endpoint, for each door.</summary>
internal sealed record DoorLimits
{
    /// <summary>One more, and the oldest that has no request under way is closed.</summary>
    public int Connections { get; init; } = 64;

    /// <summary>Request line and headers, each.</summary>
    public int HeaderBytes { get; init; } = 8 * 1024;

    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A client that sends or takes less than 1 KiB/s, after so long, is cut off.</summary>
    public TimeSpan TrickleGrace { get; init; } = TimeSpan.FromSeconds(5);
}
