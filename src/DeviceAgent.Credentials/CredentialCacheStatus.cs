namespace DeviceAgent.Credentials;

/// <summary>What a <see cref="CredentialCache"/> holds and does, at one moment. Holds no secret.</summary>
public sealed record CredentialCacheStatus
{
    /// <summary>Whether callers are served at once.</summary>
    public required bool HasValidCredentials { get; init; }

    /// <summary>Access key id of the set held; null when none is, or it is expired.</summary>
    public string? AccessKeyId { get; init; }

    /// <summary>The end of the life of the set held, on the provider's clock, as sent.</summary>
    public DateTimeOffset? Expiration { get; init; }

    /// <summary>How long ago the set held was received, counted on the monotonic clock.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>Life left of the set held, counted on the monotonic clock.</summary>
    public TimeSpan? TimeLeft { get; init; }

    /// <summary>When the next fetch is due by the local wall clock; null before the first call and while a fetch is running.</summary>
    public DateTimeOffset? NextRefresh { get; init; }

    /// <summary>How long the first request still waits (<see cref="CredentialCacheOptions.StartSpread"/>), until <see cref="NextRefresh"/>; null when it does not wait.</summary>
    public TimeSpan? StartDelay { get; init; }

    /// <summary>Why it waits: <see cref="CredentialCacheOptions.StartSpreadReason"/>; null when it does not.</summary>
    public string? StartDelayReason { get; init; }

    /// <summary>Whether a fetch is running now.</summary>
    public bool IsFetching { get; init; }

    /// <summary>The last fetch's failure; null when it succeeded.</summary>
    public CredentialFailure? LastFailure { get; init; }

    /// <summary>Failures since the last success.</summary>
    public int ConsecutiveFailures { get; init; }

    /// <summary>Fetches started since the cache was made.</summary>
    public long FetchCount { get; init; }

    /// <summary>The provider's clock minus the local wall clock, as last measured; null when no answer carried a <c>Date</c>.</summary>
    public TimeSpan? ClockOffset { get; init; }
}
