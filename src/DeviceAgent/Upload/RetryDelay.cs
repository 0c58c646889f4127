namespace DeviceAgent.Upload;

/// <summary>
/// How long to wait after a fault. The first few in a row are usually over at once and are tried again quickly; then full jitter
/// over a doubling bound, or slow and steady where somebody must act. What the service asks for is the least.
/// </summary>
internal sealed class RetryDelay(Func<TimeSpan> parked, Random random)
{
    /// <summary>Faults in a row that are answered by <see cref="QuickBase"/>, as the AWS SDKs do for DynamoDB (25 ms, doubling, 4 attempts in all).</summary>
    private const int QuickRetries = 3;

    /// <summary>A part of the delay that is added at random, so that a fleet does not ask all at once.</summary>
    private const double ParkedSpread = 0.5;

    private static readonly TimeSpan QuickBase = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Base = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Cap = TimeSpan.FromSeconds(300);

    /// <summary>The credentials library has its own, slower rhythm; asking it is free.</summary>
    private static readonly TimeSpan CredentialsCap = TimeSpan.FromSeconds(15);

    /// <summary>While a throttling table takes some of each batch it is never left alone for longer.</summary>
    private static readonly TimeSpan ProgressCap = TimeSpan.FromSeconds(5);

    private int _failures;

    /// <summary>True while the fault may be one of those that pass at once: not worth a line in the log.</summary>
    public bool IsQuick => _failures is > 0 and <= QuickRetries;

    /// <param name="fault">What happened.</param>
    /// <param name="accepted">The share of the items that was accepted all the same, 0 to 1.</param>
    public TimeSpan Next(UploadFault fault, double accepted = 0)
    {
        var delay = fault.Kind == FaultKind.Parked ? Parked() : Jittered(fault.Kind, accepted);
        return fault.RetryAfter is { } least && least > delay ? least : delay;
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
        var bound = IsQuick ? QuickBase * Math.Pow(2, _failures - 1) : Base * Math.Pow(2, _failures - QuickRetries - 1);
        var cap = kind == FaultKind.NoCredentials ? CredentialsCap : accepted > 0 ? ProgressCap : Cap;
        return (bound < cap ? bound : cap) * random.NextDouble();
    }
}
