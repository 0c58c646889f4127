namespace DeviceAgent.Control;

/// <summary>How a change that an operator asked for ended.</summary>
internal enum ChangeResult
{
    /// <summary>It is in force, durably.</summary>
    Applied,

    /// <summary>Nothing was changed.</summary>
    Rejected,

    /// <summary>It was in force for a while; what was before is in force again.</summary>
    RolledBack,
}
