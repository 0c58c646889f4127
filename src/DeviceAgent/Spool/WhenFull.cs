namespace DeviceAgent.Spool;

/// <summary>What is given up when the quota is reached.</summary>
internal enum WhenFull
{
    /// <summary>The oldest readings of the lowest class.</summary>
    DropOldest,

    /// <summary>The new readings.</summary>
    RefuseNew,
}
