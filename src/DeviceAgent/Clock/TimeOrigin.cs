namespace DeviceAgent.Clock;

/// <summary>Who says what time it is.</summary>
internal enum TimeOrigin
{
    /// <summary>Nobody who can be believed.</summary>
    None,

    /// <summary>The system's clock, because the configuration says that it can be believed.</summary>
    System,

    /// <summary>An earlier run of the agent in the same boot; the monotonic clock has gone on since.</summary>
    EarlierRun,

    /// <summary>The system's clock while the kernel reports it synchronised.</summary>
    Kernel,

    /// <summary>The <c>Date</c> of an answer from AWS.</summary>
    Server,
}
