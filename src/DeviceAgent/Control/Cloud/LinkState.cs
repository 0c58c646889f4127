namespace DeviceAgent.Control.Cloud;

/// <summary>How it stands with the connection to AWS IoT.</summary>
internal enum LinkState
{
    /// <summary>None is configured.</summary>
    Off,

    /// <summary>It is being made, again and again.</summary>
    Connecting,

    /// <summary>It stands.</summary>
    Connected,
}
