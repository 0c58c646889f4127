namespace DeviceAgent.Readings;

/// <summary>What the agent stores and uploads: who measured, when (UTC, whole milliseconds), and what, in order.</summary>
/// <param name="SerialNumber">The device that measured; half of the reading's key.</param>
/// <param name="Timestamp">The other half of the key; default while the time is not known.</param>
/// <param name="Attributes">Name and value, in the source's order.</param>
internal sealed record Reading(string SerialNumber, DateTimeOffset Timestamp, IReadOnlyList<KeyValuePair<string, ReadingValue>> Attributes);
