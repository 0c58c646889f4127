namespace DeviceAgent.Upload;

/// <summary>How long to wait after a fault: full jitter over a doubling bound, or slow and steady where somebody must act.</summary>
internal sealed class RetryDelay(TimeSpan parked, Random random)
{
    private static readonly TimeSpan Base = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Cap = TimeSpan.FromSeconds(300);

    /// <summary>The credentials library has its own, slower rhythm; asking it is free.</summary>
    private static readonly TimeSpan CredentialsCap = TimeSpan.FromSeconds(15);

    /// <summary>A part of the delay that is added at random, so that a fleet does not ask all at once.</summary>
    private const double ParkedSpread = 0.5;

    private int _failures;

    public TimeSpan Next(FaultKind kind)
    {
        if (kind == FaultKind.Parked) return parked * (1 + (ParkedSpread * random.NextDouble()));
        var bound = Base * Math.Pow(2, Math.Min(_failures++, 16));
        var cap = kind == FaultKind.NoCredentials ? CredentialsCap : Cap;
        return (bound < cap ? bound : cap) * random.NextDouble();
    }

    public void Reset() => _failures = 0;
}
