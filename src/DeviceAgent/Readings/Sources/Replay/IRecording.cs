namespace DeviceAgent.Readings.Sources.Replay;

/// <summary>A file of recorded readings, in the order of the file; each enumeration reads it from its start.</summary>
internal interface IRecording
{
    IAsyncEnumerable<ReplayLine> ReadAsync(CancellationToken cancellationToken);
}
