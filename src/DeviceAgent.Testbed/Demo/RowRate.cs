namespace DeviceAgent.Testbed.Demo;

/// <summary>Rows a second over the last <see cref="Window"/>.</summary>
internal sealed class RowRate(TimeProvider time)
{
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly Queue<(long At, long Rows)> _samples = [];

    public double Sample(long rows)
    {
        var now = time.GetTimestamp();
        _samples.Enqueue((now, rows));
        while (_samples.Count > 2 && time.GetElapsedTime(_samples.Peek().At, now) > Window) _samples.Dequeue();
        var (since, before) = _samples.Peek();
        var seconds = time.GetElapsedTime(since, now).TotalSeconds;
        return seconds > 0 ? (rows - before) / seconds : 0;
    }
}
