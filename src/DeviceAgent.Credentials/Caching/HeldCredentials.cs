namespace DeviceAgent.Credentials.Caching;

/// <summary>A set with its two instants on the monotonic clock: when to refresh it and until when to serve it.</summary>
internal sealed record HeldCredentials
{
    /// <summary><c>Date</c> and <c>expiration</c> are whole seconds: of a very short life, up to one second is not there.</summary>
    private static readonly TimeSpan Granularity = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan UrgentWindow = TimeSpan.FromMinutes(10);

    public required TemporaryCredentials Credentials { get; init; }

    /// <summary>Counted from <see cref="TemporaryCredentials.ReceivedAt"/>.</summary>
    public required TimeSpan RefreshAfter { get; init; }

    /// <summary>Counted from <see cref="TemporaryCredentials.ReceivedAt"/>.</summary>
    public required TimeSpan ServeFor { get; init; }

    /// <param name="credentials">The set.</param>
    /// <param name="options">Margin and jitter.</param>
    /// <param name="chance">0 to 1: where in the jitter's range.</param>
    public static HeldCredentials From(TemporaryCredentials credentials, CredentialCacheOptions options, double chance)
    {
        var life = credentials.Lifetime;
        var margin = Min(options.ExpiryMargin, life / 10);
        var serveFor = life - Max(margin, Min(Granularity, life / 2));
        var half = life / 2 * (1 + options.RefreshJitter * (2 * chance - 1));
        return new() { Credentials = credentials, RefreshAfter = Min(half, serveFor), ServeFor = serveFor };
    }

    public TimeSpan UntilEnd(TimeProvider time) => ServeFor - Age(time);

    public bool IsServable(TimeProvider time) => Age(time) < ServeFor;

    /// <summary>In the last 10 minutes of the life, or the last third of one below 30 minutes.</summary>
    public bool IsUrgent(TimeProvider time) =>
        IsServable(time) && Credentials.Lifetime - Age(time) <= Min(UrgentWindow, Credentials.Lifetime / 3);

    private TimeSpan Age(TimeProvider time) => time.GetElapsedTime(Credentials.ReceivedAt);

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
