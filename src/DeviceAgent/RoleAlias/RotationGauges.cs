using System.Diagnostics.Metrics;

namespace DeviceAgent.RoleAlias;

/// <summary>The role alias as instruments.</summary>
internal static class RotationGauges
{
    public static void Register(Meter meter, RoleAliasState state)
    {
        meter.CreateObservableGauge("role_alias.phase", () => (long)state.Status.Phase, description: "Change of the role alias: 0 none, 1 fetching, 2 proving, 3 on probation, 4 rolling back.");
        meter.CreateObservableGauge("role_alias.rotated", () => state.Status.InForce == state.Status.Configured ? 0L : 1L, description: "1 while the role alias in force is not the configured one.");
    }
}
