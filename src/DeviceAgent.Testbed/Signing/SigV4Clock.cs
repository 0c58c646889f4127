using System.Globalization;

namespace DeviceAgent.Testbed.Signing;

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

    /// <summary>A presigned request says for how long it is good; null when it says so badly.</summary>
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
