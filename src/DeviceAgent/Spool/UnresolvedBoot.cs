namespace DeviceAgent.Spool;

/// <summary>A boot in which readings were taken whose time is not known yet.</summary>
/// <param name="BootId">Which.</param>
/// <param name="Last">When the last of them was taken, on that boot's monotonic clock.</param>
internal sealed record UnresolvedBoot(string BootId, TimeSpan Last);
