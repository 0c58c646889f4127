namespace DeviceAgent.Rigs.Disks;

/// <summary>A block device's counters.</summary>
/// <param name="Writes">Write requests done.</param>
/// <param name="BytesWritten">Bytes that they wrote.</param>
/// <param name="InFlight">Requests under way.</param>
/// <param name="Flushes">Times that the device was told to make all of it durable.</param>
internal sealed record DiskActivity(long Writes, long BytesWritten, long InFlight, long Flushes);
