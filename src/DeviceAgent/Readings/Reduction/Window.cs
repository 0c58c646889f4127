namespace DeviceAgent.Readings.Reduction;

/// <summary>
/// What the readings of one serial number were in a time that ends at <paramref name="end"/>: windows of different lengths that end together are told
/// together, for the end is the item's key.
/// </summary>
internal sealed class Window(DateTimeOffset end)
{
    /// <summary>Of the item, behind its millisecond: no reading with a timestamp of whole milliseconds has this key.</summary>
    private const string LastDigits = "999";

    private static readonly TimeSpan _millisecond = TimeSpan.FromMilliseconds(1);

    /// <summary>The first moment that is not in it.</summary>
    public DateTimeOffset End => end;

    /// <summary>In the order in which they came first.</summary>
    public OrderedDictionary<string, Aggregate> Attributes { get; } = [];

    /// <summary>Only readings that the agent stamped are in it: none comes late.</summary>
    public bool IsLive { get; set; } = true;

    /// <summary>Lines of a file are in it, which is read again from its beginning at the next start.</summary>
    public bool IsRecorded { get; set; }

    /// <summary>Readings are in it that are made up.</summary>
    public bool IsSimulated { get; set; }

    /// <summary>When it is closed although no further reading comes, on the monotonic clock.</summary>
    public TimeSpan Due { get; set; }

    /// <summary>The last microsecond that is in it.</summary>
    public ReadingTime Time => TimeOf(end);

    /// <summary>The end of the window of <paramref name="every"/> in which a moment lies: windows are counted from 1970; null beyond the year 9999.</summary>
    public static DateTimeOffset? EndOf(DateTimeOffset moment, TimeSpan every)
    {
        var into = (moment.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) % every.Ticks;
        var left = every.Ticks - (into < 0 ? into + every.Ticks : into);
        return left > DateTimeOffset.MaxValue.UtcTicks - moment.UtcTicks ? null : new DateTimeOffset(moment.UtcTicks + left, TimeSpan.Zero);
    }

    private static ReadingTime TimeOf(DateTimeOffset end)
    {
        var last = end - _millisecond;
        return ReadingTime.Of(last, $"{last.Millisecond:000}{LastDigits}");
    }
}
