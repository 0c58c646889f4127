namespace DeviceAgent.Spool;

/// <summary>How much a reading matters. The numbers are stored; what must be given up is given up from the lowest.</summary>
internal enum SpoolClass
{
    /// <summary>Committed with its group; the first to be given up.</summary>
    Low = -1,

    /// <summary>Committed with its group.</summary>
    Normal = 0,

    /// <summary>Committed at once.</summary>
    Critical = 1,
}
