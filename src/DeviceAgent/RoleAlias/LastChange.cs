using DeviceAgent.Control;

namespace DeviceAgent.RoleAlias;

/// <summary>How the last change of the role alias ended.</summary>
/// <param name="RoleAlias">The alias that was asked for.</param>
/// <param name="Outcome">What became of it.</param>
internal sealed record LastChange(string RoleAlias, ChangeOutcome Outcome);
