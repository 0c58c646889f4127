namespace DeviceAgent.Readings.Sources.Replay;

/// <summary>One line of a recording: a sample, or what is wrong with the line.</summary>
internal readonly record struct ReplayLine(long Number, Sample? Sample, string? Problem);
