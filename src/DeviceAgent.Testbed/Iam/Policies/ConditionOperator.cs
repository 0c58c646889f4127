using System.Collections.Frozen;
using System.Globalization;
using System.Net;

namespace DeviceAgent.Testbed.Iam.Policies;

/// <summary>What an operator name means.</summary>
/// <param name="Negated">It is the denial of its test.</param>
/// <param name="Compile">Makes the test for one value in the policy; the flag says whether the policy's version has variables.</param>
internal sealed record ConditionOperator(bool Negated, Func<string, bool, ConditionTest> Compile)
{
    public static FrozenDictionary<string, ConditionOperator> All { get; } = new Dictionary<string, ConditionOperator>
    {
        ["StringEquals"] = Is(TextTests.Equal),
        ["StringNotEquals"] = IsNot(TextTests.Equal),
        ["StringEqualsIgnoreCase"] = Is(TextTests.EqualIgnoringCase),
        ["StringNotEqualsIgnoreCase"] = IsNot(TextTests.EqualIgnoringCase),
        ["StringLike"] = Is(TextTests.Like),
        ["StringNotLike"] = IsNot(TextTests.Like),
        ["ArnEquals"] = Is(TextTests.ArnLike),
        ["ArnNotEquals"] = IsNot(TextTests.ArnLike),
        ["ArnLike"] = Is(TextTests.ArnLike),
        ["ArnNotLike"] = IsNot(TextTests.ArnLike),
        ["Bool"] = Is((expected, _) => ValueTests.Bool(expected)),
        ["BinaryEquals"] = Is((expected, _) => ValueTests.Binary(expected)),
        ["IpAddress"] = Is((expected, _) => AddressTest.InRange(expected)),
        ["NotIpAddress"] = IsNot((expected, _) => AddressTest.InRange(expected)),
        ["NumericEquals"] = Is((expected, _) => ValueTests.Number(expected, order => order == 0)),
        ["NumericNotEquals"] = IsNot((expected, _) => ValueTests.Number(expected, order => order == 0)),
        ["NumericLessThan"] = Is((expected, _) => ValueTests.Number(expected, order => order < 0)),
        ["NumericLessThanEquals"] = Is((expected, _) => ValueTests.Number(expected, order => order <= 0)),
        ["NumericGreaterThan"] = Is((expected, _) => ValueTests.Number(expected, order => order > 0)),
        ["NumericGreaterThanEquals"] = Is((expected, _) => ValueTests.Number(expected, order => order >= 0)),
        ["DateEquals"] = Is((expected, _) => ValueTests.Date(expected, order => order == 0)),
        ["DateNotEquals"] = IsNot((expected, _) => ValueTests.Date(expected, order => order == 0)),
        ["DateLessThan"] = Is((expected, _) => ValueTests.Date(expected, order => order < 0)),
        ["DateLessThanEquals"] = Is((expected, _) => ValueTests.Date(expected, order => order <= 0)),
        ["DateGreaterThan"] = Is((expected, _) => ValueTests.Date(expected, order => order > 0)),
        ["DateGreaterThanEquals"] = Is((expected, _) => ValueTests.Date(expected, order => order >= 0)),
    }.ToFrozenDictionary();

    private static ConditionOperator Is(Func<string, bool, ConditionTest> compile) => new(Negated: false, compile);

    private static ConditionOperator IsNot(Func<string, bool, ConditionTest> compile) => new(Negated: true, compile);
}

/// <summary>A condition that compares the values of a key in the request with those that the policy lists.</summary>
/// <param name="Key">Compares without regard to case.</param>
/// <param name="Tests">One for every listed value; to match one of them is to match.</param>
/// <param name="Negated">An operator of the kind "not equal": it holds where nothing matches, a missing key included.</param>
/// <param name="Scope">How several values of the key in the request count.</param>
/// <param name="IfExists">A missing key satisfies it.</param>
internal sealed record Comparison(string Key, IReadOnlyList<ConditionTest> Tests, bool Negated, ConditionScope Scope, bool IfExists) : Condition
{
    public override bool Holds(IReadOnlyDictionary<string, IReadOnlyList<string>> context)
    {
        if (!context.TryGetValue(Key, out var values) || values.Count == 0) return HoldsForMissingKey;
        bool Satisfies(string value) => Negated != Tests.Any(test => test(value, context));
        return Scope switch
        {
            ConditionScope.AllValues => values.All(Satisfies),
            ConditionScope.AnyValue => values.Any(Satisfies),
            _ => Negated ? values.All(Satisfies) : values.Any(Satisfies),
        };
    }

    private bool HoldsForMissingKey => IfExists || Scope switch
    {
        ConditionScope.AllValues => true,
        ConditionScope.AnyValue => false,
        _ => Negated,
    };
}

/// <summary>The string and ARN operators: the ones whose values may hold variables.</summary>
internal static class TextTests
{
    private const int ArnParts = 6;

    public static ConditionTest Equal(string expected, bool variables) => Test(expected, variables, wildcards: false, ignoreCase: false);

    public static ConditionTest EqualIgnoringCase(string expected, bool variables) => Test(expected, variables, wildcards: false, ignoreCase: true);

    public static ConditionTest Like(string expected, bool variables) => Test(expected, variables, wildcards: true, ignoreCase: false);

    /// <summary>Compares ARNs part by part, so that a wildcard cannot reach over a colon into the next part.</summary>
    public static ConditionTest ArnLike(string expected, bool variables)
    {
        var template = PolicyTemplate.Parse(expected, variables);
        return (actual, context) => template.Resolve(context, wildcards: true) is { } pattern && PartsMatch(pattern, actual);
    }

    private static ConditionTest Test(string expected, bool variables, bool wildcards, bool ignoreCase)
    {
        var template = PolicyTemplate.Parse(expected, variables);
        return (actual, context) => template.Resolve(context, wildcards)?.Matches(actual, ignoreCase) is true;
    }

    private static bool PartsMatch(WildcardPattern pattern, string arn)
    {
        var actual = arn.Split(':', ArnParts);
        var expected = pattern.Split(':', ArnParts);
        return actual.Length == ArnParts
            && expected.Count == ArnParts
            && expected.Zip(actual).All(pair => pair.First.Matches(pair.Second));
    }
}

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

/// <summary>The IP address operators: an address, or a range such as <c>192.0.2.0/24</c> or <c>2001:db8::/32</c>.</summary>
internal static class AddressTest
{
    public static ConditionTest InRange(string expected)
    {
        var slash = expected.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? expected : expected[..slash], out var network)) throw Invalid(expected);
        var wanted = network.GetAddressBytes();
        var bits = wanted.Length * 8;
        if (slash >= 0 && (!int.TryParse(expected[(slash + 1)..], out bits) || bits < 0 || bits > wanted.Length * 8)) throw Invalid(expected);
        return (actual, _) => IPAddress.TryParse(actual, out var address) && SameNetwork(wanted, address.GetAddressBytes(), bits);
    }

    private static bool SameNetwork(ReadOnlySpan<byte> wanted, ReadOnlySpan<byte> actual, int bits)
    {
        if (wanted.Length != actual.Length) return false;
        var (bytes, rest) = (bits / 8, bits % 8);
        return wanted[..bytes].SequenceEqual(actual[..bytes])
            && (rest == 0 || wanted[bytes] >> (8 - rest) == actual[bytes] >> (8 - rest));
    }

    private static PolicyFormatException Invalid(string value) =>
        new($"\"{value}\" is not an IP address or a range such as 192.0.2.0/24");
}
