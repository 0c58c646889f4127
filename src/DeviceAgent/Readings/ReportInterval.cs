namespace DeviceAgent.Readings;

/// <summary>Lets the first report of something through and then one a period, and counts those held back.</summary>
internal sealed class ReportInterval(TimeSpan period, TimeProvider time)
{
    private long? _last;
    private int _heldBack;

    /// <summary>True when it is time to report; <paramref name="count"/> includes those held back since the last report.</summary>
    public bool TryReport(out int count)
    {
        _heldBack++;
        count = _heldBack;
        if (_last is { } last && time.GetElapsedTime(last) < period) return false;
        _last = time.GetTimestamp();
        _heldBack = 0;
        return true;
    }
}
