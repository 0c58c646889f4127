using DeviceAgent.Credentials.Timing;

namespace DeviceAgent.Upload;

/// <summary>
/// How long to wait after a fault. The first few in a row are usually over at once and are tried again quickly; then full jitter
/// over a doubling bound, or slow and steady where somebody must act. What the service asks for is the least.
/// </summary>
internal sealed class RetryDelay(Func<TimeSpan> parked, Random random)
{
    /// <summary>Faults in a row that are answered by <see cref="Quick"/>, as the AWS SDKs do for DynamoDB (25 ms, doubling, 4 attempts in all).</summary>
    private const int QuickRetries = 3;

    /// <summary>A part of the delay that is added at random, so that a fleet does not ask all at once.</summary>
    private const double ParkedSpread = 0.5;

    private static readonly Backoff Quick = new(TimeSpan.FromMilliseconds(25), TimeSpan.FromSeconds(1));
    private static readonly Backoff Patient = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(300));

    /// <summary>The credentials library has its own, slower rhythm; asking it is free.</summary>
    private static readonly Backoff WithoutCredentials = Patient.CappedAt(TimeSpan.FromSeconds(15));

    /// <summary>While a throttling service takes some of each batch it is never left alone for longer.</summary>
    private static readonly Backoff WithProgress = Patient.CappedAt(TimeSpan.FromSeconds(5));

    private int _failures;

    /// <summary>True while the fault may be one of those that pass at once: not worth a line in the log.</summary>
    public bool IsQuick => _failures is > 0 and <= QuickRetries;

    /// <param name="fault">What happened.</param>
    /// <param name="accepted">The share of the items that was accepted all the same, 0 to 1.</param>
    public TimeSpan Next(UploadFault fault, double accepted = 0)
    {
        var delay = fault.Kind == FaultKind.Parked ? Parked() : Jittered(fault.Kind, accepted);
        return Backoff.AtLeast(delay, fault.RetryAfter, TimeSpan.MaxValue);
    }

    public void Reset() => _failures = 0;

    private TimeSpan Parked()
    {
        _failures = QuickRetries + 1;
        return parked() * (1 + (ParkedSpread * random.NextDouble()));
    }

    private TimeSpan Jittered(FaultKind kind, double accepted)
    {
        // Most of the batch went in: the table keeps up but for a little, and the delay does not grow.
        _failures = accepted >= 0.5 ? 1 : Math.Min(_failures + 1, 20);
        if (kind == FaultKind.NoCredentials && _failures <= QuickRetries) _failures = QuickRetries + 1;
        if (IsQuick) return Quick.After(_failures, random);
        var backoff = kind == FaultKind.NoCredentials ? WithoutCredentials : accepted > 0 ? WithProgress : Patient;
        return backoff.After(_failures - QuickRetries, random);
    }
}

/// <summary>A time in which nothing is sent, on the monotonic clock, in whole milliseconds as timers count them: what is left is never less than a timer waits.</summary>
internal sealed class Pause(TimeProvider time)
{
    private long _start;
    private TimeSpan _length;

    public TimeSpan Left
    {
        get
        {
            var left = _length - time.GetElapsedTime(_start);
            return left > TimeSpan.Zero ? RoundedUp(left) : TimeSpan.Zero;
        }
    }

    /// <summary>Lasts at least so long from now; false when it did already.</summary>
    public bool Extend(TimeSpan atLeast)
    {
        if (atLeast <= Left) return false;
        (_start, _length) = (time.GetTimestamp(), RoundedUp(atLeast));
        return true;
    }

    private static TimeSpan RoundedUp(TimeSpan span) => TimeSpan.FromMilliseconds(Math.Ceiling(span.TotalMilliseconds));
}
