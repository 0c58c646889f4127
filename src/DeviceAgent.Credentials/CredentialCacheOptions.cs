namespace DeviceAgent.Credentials;

/// <summary>The constants of <see cref="CredentialCache"/>. The defaults suit a device; tests shorten them.</summary>
public sealed record CredentialCacheOptions
{
    /// <summary>First delay after a transient failure; doubles with each further one, of which a random part is waited. Default 1 s.</summary>
    public TimeSpan TransientBaseDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest delay between attempts after transient failures. Default 120 s.</summary>
    public TimeSpan TransientMaxDelay { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>
    /// Longest delay after transient failures while the credentials held are in the last 10 minutes of their life (the
    /// last third of a life below 30 minutes). Default 20 s.
    /// </summary>
    public TimeSpan UrgentMaxDelay { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Longest delay after the provider itself has failed until the credentials held came to their end, so that everybody in the fleet
    /// waits for it: half of the life that they had, at most this, and at least half of that. Default 30 min. Not for faults
    /// on the way to the provider, which may be this device's alone.
    /// </summary>
    public TimeSpan LapsedMaxDelay { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Shortest delay after a failure that an operator has to fix. Default 2 min.</summary>
    public TimeSpan OperatorMinDelay { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Longest delay after a failure that an operator has to fix, and the most that Retry-After may ask for. Default 10 min.</summary>
    public TimeSpan OperatorMaxDelay { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Longest delay after a 403, which one command of an operator fixes. Default 5 min.</summary>
    public TimeSpan ForbiddenMaxDelay { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Credentials are served until so long before their end, or a tenth of their life if that is shorter. Default 30 s.</summary>
    public TimeSpan ExpiryMargin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Refresh at half of the life, plus or minus this part of it, 0 to 0.5. Default 0.1.</summary>
    public double RefreshJitter { get; init; } = 0.1;

    /// <summary>How many requests may follow one another at once, whoever wants them; one more is allowed every <see cref="RequestInterval"/>. Default 10.</summary>
    public int RequestBurst { get; init; } = 10;

    /// <summary>
    /// How often a further request is allowed once the burst is spent: so often, or every quarter of the life of the credentials held where
    /// that is shorter (AWS issues none that live less than 15 min). Default 30 s.
    /// </summary>
    public TimeSpan RequestInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The first request waits a random part of this, so that devices that start together do not ask together. Default zero.</summary>
    public TimeSpan StartSpread { get; init; } = TimeSpan.Zero;

    /// <summary>Why the first request waits, for the log and <see cref="CredentialCacheStatus.StartDelayReason"/>.</summary>
    public string StartSpreadReason { get; init; } = "a random time after the start, so that devices that start together do not ask together";
}
