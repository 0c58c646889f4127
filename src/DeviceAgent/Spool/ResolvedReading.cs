namespace DeviceAgent.Spool;

/// <summary>What becomes of a reading whose time was not known.</summary>
/// <param name="Timestamp">Its timestamp.</param>
/// <param name="Payload">What it holds from now on; null when that stays as it is.</param>
internal readonly record struct ResolvedReading(DateTimeOffset Timestamp, byte[]? Payload = null);
