using System.Globalization;

namespace DeviceAgent.Testbed.Iam.Policies;

/// <summary>The operators on numbers, dates, truth values and bytes. A value of the request that is none matches nothing.</summary>
internal static class ValueTests
{
    private const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

    private static readonly string[] _dateFormats =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
    ];

    public static ConditionTest Bool(string expected)
    {
        if (!bool.TryParse(expected, out var wanted)) throw Invalid(expected, "\"true\" or \"false\"");
        return (actual, _) => bool.TryParse(actual, out var value) && value == wanted;
    }

    public static ConditionTest Binary(string expected)
    {
        if (!Convert.TryFromBase64String(expected, new byte[expected.Length], out int _)) throw Invalid(expected, "base64 text");
        return (actual, _) => actual == expected;
    }

    public static ConditionTest Number(string expected, Func<int, bool> holds)
    {
        if (!TryNumber(expected, out var limit)) throw Invalid(expected, "a number");
        return (actual, _) => TryNumber(actual, out var value) && holds(value.CompareTo(limit));
    }

    public static ConditionTest Date(string expected, Func<int, bool> holds)
    {
        if (!TryDate(expected, out var limit)) throw Invalid(expected, "a date such as 2026-03-01T12:00:00Z, or epoch seconds");
        return (actual, _) => TryDate(actual, out var value) && holds(value.CompareTo(limit));
    }

    private static PolicyFormatException Invalid(string value, string wanted) => new($"\"{value}\" is not {wanted}");

    private static bool TryNumber(string text, out decimal value) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    private static bool TryDate(string text, out DateTimeOffset value)
    {
        if (DateTimeOffset.TryParseExact(text, _dateFormats, CultureInfo.InvariantCulture, Utc, out value)) return true;
        if (!TryNumber(text, out var seconds) || Math.Abs(seconds) > 100_000_000_000m) return false;
        value = DateTimeOffset.UnixEpoch.AddSeconds((double)seconds);
        return true;
    }
}
