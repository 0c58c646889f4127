namespace DeviceAgent.Rigs.Faults;

/// <summary>How the proxy spoils a connection once it has let enough bytes through.</summary>
internal enum Ending
{
    /// <summary>Both sides get a RST.</summary>
    Reset,

    /// <summary>Both sides get an orderly end, in the middle of what was under way: a body that is cut off.</summary>
    Close,

    /// <summary>The agent is told that nothing more will come, and is still listened to.</summary>
    HalfClose,

    /// <summary>The agent gets bytes that are not HTTP, then the end.</summary>
    Garbage,

    /// <summary>Nothing moves any more, and nobody is told.</summary>
    Stall,
}
