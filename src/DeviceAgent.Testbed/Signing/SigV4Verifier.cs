using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DeviceAgent.Testbed.Iam;

namespace DeviceAgent.Testbed.Signing;

/// <summary>Verifies AWS Signature Version 4 as the services do: same order of checks, same texts.</summary>
/// <param name="tokens">Where temporary keys come from.</param>
/// <param name="operatorKey">The one long-term key.</param>
/// <param name="options">How strict the clock is.</param>
/// <param name="time">The cloud's clock.</param>
internal sealed class SigV4Verifier(SessionTokens tokens, OperatorKey operatorKey, SigV4Options options, TimeProvider time)
{
    private readonly SigningKeys _keys = new(tokens, operatorKey);

    /// <summary>Never throws; what is wrong with the request is in the result.</summary>
    /// <param name="request">Raw target, headers as received, the whole body.</param>
    /// <param name="allowedServiceNames">The service names that the credential scope may carry.</param>
    public SigV4Result Verify(RawRequest request, IReadOnlySet<string> allowedServiceNames)
    {
        if (SigV4Authorization.Read(request, out var authorization) is { } unread) return SigV4Result.Bad(unread);

        var (algorithm, credential) = (authorization!.Algorithm, authorization.Credential);
        if (algorithm != SigV4Canonicalizer.Algorithm)
            return Bad(SigV4FailureKind.IncompleteSignature, $"Unsupported AWS 'algorithm': '{algorithm}' (only {SigV4Canonicalizer.Algorithm} for now). ");
        if (CredentialScope.Parse(credential) is not { } scope)
            return Bad(SigV4FailureKind.IncompleteSignature, $"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{credential}'");
        if (FirstUnsigned(request, authorization.SignedHeaders) is { } unsigned)
            return Bad(SigV4FailureKind.InvalidSignature, $"'{unsigned}' must be a 'SignedHeader' in the AWS Authorization.");

        var now = time.GetUtcNow();
        if (SigV4Clock.Check(authorization, now, options.ClockTolerance) is { } untimely) return SigV4Result.Bad(untimely);
        if (scope.Faults(allowedServiceNames, authorization.Date) is { Length: > 0 } faults) return Bad(SigV4FailureKind.InvalidSignature, faults);
        if (_keys.Find(scope.AccessKeyId, authorization.SecurityToken, now, out var key) is { } refused) return SigV4Result.Bad(refused);

        var (caller, secret) = key!.Value;
        return CheckSignature(request, authorization, scope, secret) is { } mismatch ? SigV4Result.Bad(mismatch) : SigV4Result.Good(caller);
    }

    /// <summary>The host and every header that affects the service must be signed.</summary>
    private static string? FirstUnsigned(RawRequest request, string signedHeaders)
    {
        var signed = signedHeaders.Split(';').ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (!signed.Contains("host")) return "Host";
        return request.Headers.Select(header => header.Key)
            .FirstOrDefault(name => name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase) && !signed.Contains(name));
    }

    private static SigV4Failure? CheckSignature(RawRequest request, SigV4Authorization authorization, CredentialScope scope, string secret)
    {
        var canonical = SigV4Canonicalizer.CanonicalRequest(request, authorization.SignedHeaders, authorization.Presigned);
        var toSign = SigV4Canonicalizer.StringToSign(authorization.Date, scope.ToString(), canonical);
        var expected = SigV4Canonicalizer.Signature(SigV4Canonicalizer.SigningKey(secret, scope.Date, scope.Region, scope.Service), toSign);
        if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(authorization.Signature))) return null;

        return new SigV4Failure(SigV4FailureKind.InvalidSignature,
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. " +
            $"Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'{canonical}'\n\n" +
            $"The String-to-Sign should have been\n'{toSign}'\n");
    }

    private static SigV4Result Bad(SigV4FailureKind kind, string message) => SigV4Result.Bad(new SigV4Failure(kind, message));
}

internal sealed record SigV4Options
{
    /// <summary>How far a request's date may lie from the cloud's clock, either way. AWS: 5 minutes in most cases.</summary>
    public TimeSpan ClockTolerance { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>Either the caller whose signature is good, or why it is not.</summary>
internal sealed class SigV4Result
{
    private SigV4Result(Caller? caller, SigV4Failure? failure) => (Caller, Failure) = (caller, failure);

    public Caller? Caller { get; }

    public SigV4Failure? Failure { get; }

    [MemberNotNullWhen(true, nameof(Caller))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool IsGood => Caller is not null;

    public static SigV4Result Good(Caller caller) => new(caller, null);

    public static SigV4Result Bad(SigV4Failure failure) => new(null, failure);
}

/// <summary>A refusal; the names are without a namespace.</summary>
internal sealed record SigV4Failure(SigV4FailureKind Kind, string Message)
{
    /// <summary>The name in the JSON protocols.</summary>
    public string Type => Kind switch
    {
        SigV4FailureKind.MissingAuthentication => "MissingAuthenticationTokenException",
        SigV4FailureKind.IncompleteSignature => "IncompleteSignatureException",
        SigV4FailureKind.UnknownKey => "UnrecognizedClientException",
        SigV4FailureKind.ExpiredToken => "ExpiredTokenException",
        _ => "InvalidSignatureException",
    };

    /// <summary>The code in the Query protocol.</summary>
    public string QueryCode => Kind switch
    {
        SigV4FailureKind.MissingAuthentication => "MissingAuthenticationToken",
        SigV4FailureKind.IncompleteSignature => "IncompleteSignature",
        SigV4FailureKind.UnknownKey => "InvalidClientTokenId",
        SigV4FailureKind.ExpiredToken => "ExpiredToken",
        SigV4FailureKind.RequestExpired => "RequestExpired",
        _ => "SignatureDoesNotMatch",
    };
}

/// <summary>Why a signature was refused; each protocol has its own name for each of these.</summary>
internal enum SigV4FailureKind
{
    MissingAuthentication,
    IncompleteSignature,
    InvalidSignature,
    RequestExpired,
    UnknownKey,
    ExpiredToken,
}

/// <summary>Whether a request was signed at about the time it arrived.</summary>
internal static class SigV4Clock
{
    private const int MaxPresignedSeconds = 7 * 24 * 3600;

    public static SigV4Failure? Check(SigV4Authorization authorization, DateTimeOffset now, TimeSpan tolerance)
    {
        if (!DateTimeOffset.TryParseExact(authorization.Date, SigV4Canonicalizer.DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date))
            return new(SigV4FailureKind.IncompleteSignature, $"Date must be in ISO-8601 'basic format'. Got '{authorization.Date}'. See http://en.wikipedia.org/wiki/ISO_8601");
        if (Lifetime(authorization, tolerance) is not { } lifetime)
            return new(SigV4FailureKind.IncompleteSignature, $"X-Amz-Expires must be a number of seconds between 1 and {MaxPresignedSeconds}. Got '{authorization.Expires}'");

        var (earliest, latest) = (now - lifetime, now + tolerance);
        if (date < WholeSeconds(earliest))
            return new(SigV4FailureKind.RequestExpired, $"Signature expired: {authorization.Date} is now earlier than {Format(earliest)} ({Format(now)} - {Minutes(lifetime)} min.)");
        if (date > latest)
            return new(SigV4FailureKind.RequestExpired, $"Signature not yet current: {authorization.Date} is still later than {Format(latest)} ({Format(now)} + {Minutes(tolerance)} min.)");
        return null;
    }

    /// <summary>A presigned request states its lifetime; null when it is malformed.</summary>
    private static TimeSpan? Lifetime(SigV4Authorization authorization, TimeSpan tolerance)
    {
        if (authorization.Expires is null) return tolerance;
        return int.TryParse(authorization.Expires, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= MaxPresignedSeconds
            ? TimeSpan.FromSeconds(seconds)
            : null;
    }

    private static DateTimeOffset WholeSeconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());

    private static string Format(DateTimeOffset time) => SigV4Canonicalizer.FormatDate(time);

    private static string Minutes(TimeSpan span) => span.TotalMinutes.ToString("0.##", CultureInfo.InvariantCulture);
}
