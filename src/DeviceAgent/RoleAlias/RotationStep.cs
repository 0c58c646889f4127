namespace DeviceAgent.RoleAlias;

/// <summary>The steps that are told while the alias changes.</summary>
internal static class RotationStep
{
    public const string Fetching = "fetching";
    public const string Proving = "proving";
    public const string Committed = "committed";
    public const string Probation = "probation";
}
