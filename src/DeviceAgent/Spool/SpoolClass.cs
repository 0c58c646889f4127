namespace DeviceAgent.Spool;

/// <summary>How much a reading matters. The numbers are stored.</summary>
internal enum SpoolClass
{
    /// <summary>Committed with its group.</summary>
    Normal = 0,

    /// <summary>Committed at once.</summary>
    Critical = 1,
}
