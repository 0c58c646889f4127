using System.Globalization;

namespace DeviceAgent.Testbed.DynamoDb.Values;

/// <summary>
/// An exact decimal: <c>Sign × d.ddd… × 10^Exponent</c> with at most 38 significant digits and an exponent from -130 to
/// 125. <c>Digits</c> has neither leading nor trailing zeros and is empty for zero, so equal numbers are equal records.
/// </summary>
internal readonly record struct DynamoNumber(int Sign, string Digits, int Exponent) : IComparable<DynamoNumber>
{
    public const int MostDigits = 38;
    public const int LargestExponent = 125;
    public const int SmallestExponent = -130;

    public static DynamoNumber Zero { get; } = new(0, "", 0);

    /// <summary>Reads what the service accepts: an optional sign, digits with an optional point, an optional exponent.</summary>
    public static DynamoNumber Parse(string text)
    {
        var rest = text.AsSpan();
        var negative = rest.StartsWith("-");
        if (negative || rest.StartsWith("+")) rest = rest[1..];

        long exponent = 0;
        var e = rest.IndexOfAny('e', 'E');
        if (e >= 0)
        {
            exponent = ParseExponent(rest[(e + 1)..]) ?? throw NotNumeric(text);
            rest = rest[..e];
        }

        var point = rest.IndexOf('.');
        var whole = point < 0 ? rest : rest[..point];
        var fraction = point < 0 ? default : rest[(point + 1)..];
        if (whole.Length + fraction.Length == 0 || HasNonDigit(whole) || HasNonDigit(fraction)) throw NotNumeric(text);

        var digits = string.Concat(whole, fraction);
        var leadingZeros = digits.AsSpan().IndexOfAnyExcept('0');
        return leadingZeros < 0 ? Zero : Ranged(negative, digits.Trim('0'), exponent + whole.Length - 1 - leadingZeros);
    }

    public int CompareTo(DynamoNumber other)
    {
        if (Sign != other.Sign) return Sign.CompareTo(other.Sign);
        var magnitude = Exponent.CompareTo(other.Exponent);
        if (magnitude == 0) magnitude = string.CompareOrdinal(Digits, other.Digits);
        return Sign * magnitude;
    }

    /// <summary>Plain notation, without an exponent.</summary>
    public override string ToString()
    {
        if (Sign == 0) return "0";
        var unsigned = Exponent switch
        {
            < 0 => "0." + new string('0', -Exponent - 1) + Digits,
            _ when Exponent >= Digits.Length - 1 => Digits + new string('0', Exponent - Digits.Length + 1),
            _ => $"{Digits.AsSpan(0, Exponent + 1)}.{Digits.AsSpan(Exponent + 1)}",
        };
        return Sign < 0 ? "-" + unsigned : unsigned;
    }

    private static DynamoNumber Ranged(bool negative, string digits, long exponent)
    {
        if (exponent > LargestExponent) throw OutOfRange("overflow", "larger");
        if (exponent < SmallestExponent) throw OutOfRange("underflow", "smaller");
        if (digits.Length > MostDigits) throw DynamoDbException.Validation("Attempting to store more than 38 significant digits in a Number");
        return new DynamoNumber(negative ? -1 : 1, digits, (int)exponent);
    }

    private static long? ParseExponent(ReadOnlySpan<char> text)
    {
        var digits = text.StartsWith("-") || text.StartsWith("+") ? text[1..] : text;
        if (digits.IsEmpty || HasNonDigit(digits)) return null;
        // Ten digits and more are out of range whatever they are, but must not overflow.
        var significant = digits.TrimStart('0');
        var value = significant.Length switch
        {
            0 => 0,
            > 10 => 9_999_999_999,
            _ => long.Parse(significant, NumberStyles.None, CultureInfo.InvariantCulture),
        };
        return text[0] == '-' ? -value : value;
    }

    private static bool HasNonDigit(ReadOnlySpan<char> text) => text.ContainsAnyExceptInRange('0', '9');

    private static DynamoDbException NotNumeric(string text) =>
        DynamoDbException.Validation("The parameter cannot be converted to a numeric value" + (text.Length == 0 ? "" : ": " + text));

    private static DynamoDbException OutOfRange(string what, string than) =>
        DynamoDbException.Validation($"Number {what}. Attempting to store a number with magnitude {than} than supported range");
}
