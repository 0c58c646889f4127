namespace DeviceAgent.Spool;

/// <summary>Where an appended reading is.</summary>
internal enum AppendResult
{
    /// <summary>On the medium: it survives a power cut.</summary>
    Durable,

    /// <summary>In memory, because the disk cannot be used now; it goes to the disk as soon as that can be used again.</summary>
    MemoryOnly,
}
