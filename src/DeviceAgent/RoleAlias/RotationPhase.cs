namespace DeviceAgent.RoleAlias;

/// <summary>How far a change of the role alias is.</summary>
internal enum RotationPhase
{
    /// <summary>None is under way.</summary>
    Settled,

    /// <summary>Credentials of the new alias are asked for.</summary>
    Fetching,

    /// <summary>The new alias has issued credentials; a write with them is waited for. The old one is in force.</summary>
    Proving,

    /// <summary>The new alias is in force and watched.</summary>
    Probation,

    /// <summary>The new alias is in force and no longer works; the old one is asked for credentials.</summary>
    RollingBack,
}
