namespace DeviceAgent.Spool;

/// <summary>What became of readings that were to be stored.</summary>
/// <param name="Refused">Those for which there was no room; the others are stored.</param>
/// <param name="Shed">Stored readings that gave way.</param>
/// <param name="AcknowledgedDeleted">True when the acknowledged rows were deleted on the way.</param>
internal sealed record InsertResult(IReadOnlySet<long> Refused, Tally Shed, bool AcknowledgedDeleted);
