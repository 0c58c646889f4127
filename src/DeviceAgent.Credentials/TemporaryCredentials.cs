using System.Diagnostics;

namespace DeviceAgent.Credentials;

/// <summary>One set of temporary AWS credentials as the credentials provider sent it.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed record TemporaryCredentials
{
    /// <summary>The access key id, <c>ASIA...</c>. It names the set; it is no secret by itself.</summary>
    public required string AccessKeyId { get; init; }

    /// <summary>The key that requests are signed with.</summary>
    public required Secret SecretAccessKey { get; init; }

    /// <summary>The session token that goes with every request.</summary>
    public required Secret SessionToken { get; init; }

    /// <summary>The end of their life on the provider's clock, as sent. For display and for other programs; see <see cref="Lifetime"/>.</summary>
    public required DateTimeOffset Expiration { get; init; }

    /// <summary>Life that was left when they were sent: <see cref="Expiration"/> minus the <c>Date</c> header of the same answer.</summary>
    public required TimeSpan Lifetime { get; init; }

    /// <summary>When they came, as <see cref="TimeProvider.GetTimestamp"/>: the life is counted from here, whatever the wall clock does.</summary>
    public required long ReceivedAt { get; init; }

    /// <summary>The <c>Date</c> of the answer that they came in, whole seconds on the provider's clock; null when it had none.</summary>
    public DateTimeOffset? ProviderDate { get; init; }

    /// <summary>The provider's clock minus the local wall clock; add it to the local time when signing. Zero when the provider sent no <c>Date</c>.</summary>
    public required TimeSpan ClockOffset { get; init; }

    /// <summary>Life left now, on the monotonic clock that <see cref="ReceivedAt"/> was read from. Negative once they are expired.</summary>
    public TimeSpan TimeLeft(TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        return Lifetime - timeProvider.GetElapsedTime(ReceivedAt);
    }

    /// <summary>Access key id and expiry; never a secret.</summary>
    public override string ToString() => $"{AccessKeyId} (expires {Expiration.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ})";
}

/// <summary>What came of one request to the credentials provider: either <see cref="Success"/> or <see cref="Failure"/>.</summary>
public abstract record FetchResult
{
    private FetchResult()
    {
    }

    /// <summary>The provider issued credentials.</summary>
    /// <param name="Credentials">The credentials.</param>
    public sealed record Success(TemporaryCredentials Credentials) : FetchResult;

    /// <summary>It did not.</summary>
    /// <param name="Reason">What happened, why, and what to do about it.</param>
    public sealed record Failure(CredentialFailure Reason) : FetchResult;
}
