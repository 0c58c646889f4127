using Amazon.Runtime;

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
    /// asked again slowly, because that is how a corrected policy is discovered.
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

/// <summary>Every way in which asking for credentials can fail.</summary>
public enum CredentialFailureKind
{
    /// <summary>The source of the credentials failed in a way that it should not have; see the message.</summary>
    Unexpected = 0,

    /// <summary>The endpoint's name could not be looked up.</summary>
    NameResolutionFailed,

    /// <summary>Nothing listens at the endpoint's address and port.</summary>
    ConnectionRefused,

    /// <summary>There is no way to the endpoint's network, or it was cut while connecting.</summary>
    NetworkUnreachable,

    /// <summary>The proxy cannot be reached, or would not connect to the endpoint.</summary>
    ProxyFailed,

    /// <summary>407: the proxy wants a name and a password, or others than it got.</summary>
    ProxyAuthenticationRequired,

    /// <summary>No TLS connection within <see cref="RoleAliasOptions.ConnectTimeout"/>.</summary>
    ConnectTimedOut,

    /// <summary>No complete answer within <see cref="RoleAliasOptions.RequestTimeout"/>.</summary>
    RequestTimedOut,

    /// <summary>The connection broke in the middle of the answer.</summary>
    ConnectionLost,

    /// <summary>TLS: the endpoint refused the device's certificate, by an alert or by closing at the first read.</summary>
    ClientCertificateRefused,

    /// <summary>TLS: the handshake failed and neither certificate was named as the reason (not a TLS port, version, unknown server name).</summary>
    TlsHandshakeFailed,

    /// <summary>TLS: the endpoint's certificate does not end in a trusted root.</summary>
    ServerCertificateUntrusted,

    /// <summary>TLS: the endpoint's certificate was issued for another name.</summary>
    ServerCertificateWrongHost,

    /// <summary>TLS: the endpoint's certificate is past its end, by the local clock.</summary>
    ServerCertificateExpired,

    /// <summary>TLS: the endpoint's certificate is not valid yet, by the local clock.</summary>
    ServerCertificateNotYetValid,

    /// <summary>403 <c>Certificate is invalid on this endpoint</c>: unregistered, inactive, revoked, or of another account.</summary>
    CertificateNotAccepted,

    /// <summary>403 <c>Invalid thing name passed</c>: the thing does not exist or the certificate is not attached to it.</summary>
    ThingNotAttached,

    /// <summary>403 <c>Access Denied</c>: no IoT policy on the certificate allows iot:AssumeRoleWithCertificate on the alias.</summary>
    AccessDenied,

    /// <summary>403 with another text.</summary>
    Forbidden,

    /// <summary>404 <c>Role alias does not exist</c>.</summary>
    RoleAliasNotFound,

    /// <summary>404 with another text: most likely not a credentials endpoint.</summary>
    NotFound,

    /// <summary>400 <c>Unable to assume the role...</c>: the role is missing or does not trust credentials.iot.amazonaws.com.</summary>
    RoleNotAssumable,

    /// <summary>400: the alias asks for a longer session than the role allows.</summary>
    DurationTooLong,

    /// <summary>400 with another text.</summary>
    BadRequest,

    /// <summary>The name of the alias cannot be one; nothing was sent.</summary>
    RoleAliasNameInvalid,

    /// <summary>429: the account's request quota.</summary>
    Throttled,

    /// <summary>5xx: the service has a fault.</summary>
    ServiceFault,

    /// <summary>3xx: something redirects; it is not followed.</summary>
    Redirected,

    /// <summary>Any other status.</summary>
    UnexpectedStatus,

    /// <summary>The answer is larger than 64 KiB.</summary>
    AnswerTooLarge,

    /// <summary>The answer is not the JSON, or not the HTTP, that it should be.</summary>
    AnswerMalformed,

    /// <summary>The answer lacks a field.</summary>
    AnswerIncomplete,

    /// <summary>The answer holds credentials that are expired already.</summary>
    AnswerExpired,

    /// <summary>Too many requests in a short while; nothing was sent (see <see cref="CredentialCacheOptions.RequestBurst"/>).</summary>
    RequestBudgetSpent,
}

/// <summary>No credentials could be fetched, and none that are valid are held (or a fetch was asked for explicitly). Caught with the other errors of AWS's SDK.</summary>
public sealed class CredentialsUnavailableException : AmazonClientException
{
    /// <summary>Makes the exception from the failure of the last fetch.</summary>
    public CredentialsUnavailableException(CredentialFailure failure)
        : base($"No AWS credentials could be fetched. {failure}") => Failure = failure;

    /// <summary>Why.</summary>
    public CredentialFailure Failure { get; }
}
