namespace DeviceAgent.Spool;

/// <summary>A reading on its way to the dead letters.</summary>
/// <param name="Row">The reading.</param>
/// <param name="Reason">Why it cannot be accepted.</param>
/// <param name="At">When that was found, in ms since 1970.</param>
internal sealed record SetAsideReading(SpoolRow Row, string Reason, long At);
