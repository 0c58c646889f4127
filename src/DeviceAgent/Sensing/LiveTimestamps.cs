namespace DeviceAgent.Sensing;

/// <summary>
/// Gives live readings their timestamps: whole milliseconds, strictly increasing for each serial number, also when the wall
/// clock stands still or steps back, and across restarts (<paramref name="floor"/> is the newest given before). One for all who give timestamps; thread-safe.
/// </summary>
internal sealed class LiveTimestamps(DateTimeOffset floor, TimeProvider time)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _last = [];

    public DateTimeOffset Next(string serialNumber)
    {
        lock (_gate)
        {
            var now = TimestampText.WholeMilliseconds(time.GetUtcNow());
            var last = _last.GetValueOrDefault(serialNumber, floor);
            var next = now > last ? now : last + Step;
            _last[serialNumber] = next;
            return next;
        }
    }
}
