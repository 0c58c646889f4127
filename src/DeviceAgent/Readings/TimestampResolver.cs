using DeviceAgent.Clock;
using DeviceAgent.Spool;

namespace DeviceAgent.Readings;

/// <summary>
/// Works out the timestamps of readings that were taken before the time was known. Readings of a boot whose time is known get their
/// true ones. Those of an earlier boot that never learnt it get an estimate, marked as such: the boots are laid end to end before
/// the first one that is known, each as long as its monotonic clock says. In any case the timestamps of one serial number strictly
/// increase and lie behind all that were given before.
/// </summary>
/// <param name="bootId">The running boot.</param>
/// <param name="anchor">Its time.</param>
/// <param name="earlier">A time that was right in an earlier boot, if one was saved.</param>
/// <param name="floor">The newest timestamp that was given before.</param>
internal sealed class TimestampResolver(string bootId, Anchor anchor, LastKnownTime? earlier, DateTimeOffset floor)
{
    /// <summary>Between the last reading of a boot and the beginning of the next one.</summary>
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Origin> _origins = [];
    private readonly Dictionary<string, DateTimeOffset> _last = [];
    private DateTimeOffset? _ceiling;

    /// <summary>What is resolved from now on was taken before this moment, whatever its monotonic time says.</summary>
    public void EndAt(DateTimeOffset moment) => _ceiling = moment;

    /// <summary>For <see cref="ISpool.ResolveTimesAsync"/>: <paramref name="boots"/> from the oldest to the newest.</summary>
    public Func<UnresolvedReading, ResolvedReading> Plan(IReadOnlyList<UnresolvedBoot> boots)
    {
        var begin = anchor.At(TimeSpan.Zero);
        _origins[bootId] = new Origin(begin, IsEstimated: false);
        foreach (var boot in boots.Where(b => b.BootId != bootId).Reverse())
        {
            var origin = boot.BootId == earlier?.BootId
                ? new Origin(earlier.Anchor.At(TimeSpan.Zero), IsEstimated: false)
                : new Origin(begin - ShortestPause - boot.Last, IsEstimated: true);
            _origins[boot.BootId] = origin;
            begin = origin.Begin;
        }

        return Resolve;
    }

    private ResolvedReading Resolve(UnresolvedReading reading)
    {
        var origin = _origins[reading.BootId];
        var time = TimestampText.WholeMilliseconds(origin.Begin + reading.Monotonic);
        if (time > _ceiling) time = _ceiling.Value;
        var owner = ReadingJson.SerialNumberOf(reading.Payload.Span);
        var last = _last.GetValueOrDefault(owner, floor);
        if (time <= last) time = TimestampText.WholeMilliseconds(last) + LiveTimestamps.Step;
        _last[owner] = time;
        return new ResolvedReading(time, origin.IsEstimated ? ReadingJson.MarkEstimated(reading.Payload.Span) : null);
    }

    /// <param name="Begin">The true time at zero of the boot's monotonic clock.</param>
    /// <param name="IsEstimated">Whether that is only a guess.</param>
    private readonly record struct Origin(DateTimeOffset Begin, bool IsEstimated);
}
