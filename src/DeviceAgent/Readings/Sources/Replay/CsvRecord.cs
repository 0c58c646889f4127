namespace DeviceAgent.Readings.Sources.Replay;

/// <summary>One record of a CSV file, or what is wrong with it.</summary>
/// <param name="Line">The line it starts on, from 1.</param>
/// <param name="Fields">The fields, unquoted.</param>
/// <param name="Problem">Null for a sound record.</param>
internal sealed record CsvRecord(long Line, IReadOnlyList<string> Fields, string? Problem = null);
