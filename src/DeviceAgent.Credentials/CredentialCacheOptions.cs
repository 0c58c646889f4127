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

    /// <summary>Shortest delay after a failure that an operator has to mend. Default 2 min.</summary>
    public TimeSpan OperatorMinDelay { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Longest delay after a failure that an operator has to mend, and the most that Retry-After may ask for. Default 10 min.</summary>
    public TimeSpan OperatorMaxDelay { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Credentials are served until so long before their end, or a tenth of their life if that is shorter. Default 30 s.</summary>
    public TimeSpan ExpiryMargin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Refresh at half of the life, plus or minus this part of it, 0 to 0.5. Default 0.1.</summary>
    public double RefreshJitter { get; init; } = 0.1;

    /// <summary>How many forced refreshes may follow one another at once; one more is allowed every <see cref="ForcedRefreshInterval"/>. Default 10.</summary>
    public int ForcedRefreshBurst { get; init; } = 10;

    /// <summary>How often a further forced refresh is allowed once the burst is spent. Default 30 s.</summary>
    public TimeSpan ForcedRefreshInterval { get; init; } = TimeSpan.FromSeconds(30);
}
