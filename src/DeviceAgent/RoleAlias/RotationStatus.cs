namespace DeviceAgent.RoleAlias;

/// <summary>How it stands with the role alias, at one moment.</summary>
/// <param name="InForce">The alias in force.</param>
/// <param name="Configured">The one in the configuration.</param>
/// <param name="Phase">How far a change is.</param>
/// <param name="Candidate">The alias that is tried while the phase is fetching or proving; else null.</param>
/// <param name="Previous">While on probation: the alias to go back to; else null.</param>
/// <param name="Last">How the last change ended, of an earlier run as well; null when there was none.</param>
internal sealed record RotationStatus(string InForce, string Configured, RotationPhase Phase, string? Candidate, string? Previous, LastChange? Last);
