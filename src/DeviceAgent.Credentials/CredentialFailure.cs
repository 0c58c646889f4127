namespace DeviceAgent.Credentials;

/// <summary>Why no credentials came, in words an operator can act on. Holds no secret.</summary>
/// <param name="Kind">Which failure it is.</param>
/// <param name="Message">What happened, with the service's own words where it sent some.</param>
/// <param name="Cause">The likely cause: certificate, thing, IoT policy, role alias, role trust, duration, quota, service, network, clock, configuration.</param>
/// <param name="Remedy">What to do about it, with the names filled in.</param>
/// <param name="StatusCode">HTTP status; null when there was no answer.</param>
/// <param name="ErrorType">The <c>x-amzn-ErrorType</c> header without namespace and suffix.</param>
/// <param name="RequestId">The <c>x-amzn-RequestId</c> header: what AWS support asks for.</param>
/// <param name="RetryAfter">How long the service asked to wait.</param>
public sealed record CredentialFailure(
    CredentialFailureKind Kind,
    string Message,
    string Cause,
    string Remedy,
    int? StatusCode = null,
    string? ErrorType = null,
    string? RequestId = null,
    TimeSpan? RetryAfter = null)
{
    /// <summary>The <c>Date</c> of the answer; null when there was no answer, or none with a <c>Date</c>.</summary>
    public DateTimeOffset? ProviderDate { get; init; }

    /// <summary>
    /// With <see cref="CredentialFailureKind.ServerCertificateNotYetValid"/>: the first moment of that certificate, whose issuer and
    /// name are in order. It is hardly earlier than that now, whatever the local clock says.
    /// </summary>
    public DateTimeOffset? ServerCertificateNotBefore { get; init; }

    /// <summary>The provider's clock minus the local wall clock, when the answer carried a <c>Date</c>.</summary>
    public TimeSpan? ClockOffset { get; init; }

    /// <summary>
    /// True for the network, timeouts, 429 and 5xx, which pass by themselves. Everything else waits for an operator and is
    /// asked again slowly, because that is how a mended policy is discovered.
    /// </summary>
    public bool IsTransient => Kind is
        CredentialFailureKind.NameResolutionFailed
        or CredentialFailureKind.ConnectionRefused
        or CredentialFailureKind.NetworkUnreachable
        or CredentialFailureKind.ProxyFailed
        or CredentialFailureKind.ConnectTimedOut
        or CredentialFailureKind.RequestTimedOut
        or CredentialFailureKind.ConnectionLost
        or CredentialFailureKind.Throttled
        or CredentialFailureKind.ServiceFault;

    /// <summary>
    /// True for the transient failures in which the far side was reached: the whole fleet meets them at the same time. The
    /// others lie on the way, and may be this device's alone.
    /// </summary>
    internal bool IsOfProvider => Kind is
        CredentialFailureKind.ConnectionRefused
        or CredentialFailureKind.RequestTimedOut
        or CredentialFailureKind.ConnectionLost
        or CredentialFailureKind.Throttled
        or CredentialFailureKind.ServiceFault;

    /// <summary>One line: message, cause, remedy.</summary>
    public override string ToString() => $"{Message} Likely cause: {Cause}. {Remedy.TrimEnd('.')}.";
}
