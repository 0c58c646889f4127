namespace DeviceAgent.Readings.Sources.Replay;

/// <param name="Speed">Times the recorded speed; 0 = as fast as readings are taken.</param>
/// <param name="Interval">The pace of readings without a recorded time, as it is in force.</param>
/// <param name="RecordedTimestamps">True to keep the recorded timestamps, false to stamp each reading when it is played.</param>
/// <param name="Repeat">Start again at the end, timestamps moved on by the length of the recording.</param>
internal sealed record ReplaySettings(double Speed, Func<TimeSpan> Interval, bool RecordedTimestamps, bool Repeat);
