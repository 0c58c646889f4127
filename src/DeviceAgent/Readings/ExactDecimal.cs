using System.Globalization;
using System.Numerics;

namespace DeviceAgent.Readings;

/// <summary>A decimal number without binary floating point: <paramref name="Unscaled"/> divided by ten to the power of <paramref name="Places"/>.</summary>
/// <param name="Unscaled">All digits, as a whole number.</param>
/// <param name="Places">Digits behind the point; below zero in means only.</param>
internal readonly record struct ExactDecimal(BigInteger Unscaled, int Places) : IComparable<ExactDecimal>
{
    /// <summary>What DynamoDB keeps of a number.</summary>
    private const int MostDigits = 38;

    /// <summary>Digits that a mean has more than the values.</summary>
    private const int MoreOfAMean = 2;

    /// <summary>So many fit a long for certain.</summary>
    private const int DigitsOfALong = 18;

    public static ExactDecimal Zero => default;

    /// <summary>Null when it is no number of JSON, or one of more than a hundred digits written out.</summary>
    public static ExactDecimal? TryParse(string text) => TryParseShort(text) ?? (DecimalText.TryExact(text) is var (unscaled, places) ? new ExactDecimal(unscaled, places) : null);

    public static ExactDecimal Of(decimal number) => TryParse(number.ToString(CultureInfo.InvariantCulture))!.Value;

    public ExactDecimal Add(ExactDecimal other)
    {
        var (a, b, places) = Align(other);
        return new ExactDecimal(a + b, places);
    }

    public ExactDecimal Multiply(ExactDecimal other) => new(Unscaled * other.Unscaled, Places + other.Places);

    /// <summary>How far they are apart.</summary>
    public ExactDecimal DistanceTo(ExactDecimal other)
    {
        var (a, b, places) = Align(other);
        return new ExactDecimal(BigInteger.Abs(a - b), places);
    }

    public ExactDecimal Abs() => this with { Unscaled = BigInteger.Abs(Unscaled) };

    public int CompareTo(ExactDecimal other)
    {
        var (a, b, _) = Align(other);
        return a.CompareTo(b);
    }

    /// <summary>
    /// The sum divided by the count, to two places more than the most precise value has, and to 38 digits at most; halves to the even digit, zeros at the
    /// end left out.
    /// </summary>
    public ExactDecimal DivideBy(long count)
    {
        var more = MoreOfAMean;
        while (true)
        {
            var quotient = more >= 0 ? Round(Unscaled * BigInteger.Pow(10, more), count) : Round(Unscaled, count * BigInteger.Pow(10, -more));
            var mean = new ExactDecimal(quotient, Places + more).WithoutZeros();
            var tooMany = mean.CountDigits() - MostDigits;
            if (tooMany <= 0) return mean;
            more -= tooMany + (Places + more - mean.Places);
        }
    }

    /// <summary>Digits and a point, no exponent.</summary>
    public override string ToString()
    {
        if (Places <= 0) return (Unscaled * BigInteger.Pow(10, -Places)).ToString(CultureInfo.InvariantCulture);
        var digits = BigInteger.Abs(Unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(Places + 1, '0');
        return string.Concat(Unscaled.Sign < 0 ? "-" : "", digits.AsSpan(0, digits.Length - Places), ".", digits.AsSpan(digits.Length - Places));
    }

    private (BigInteger A, BigInteger B, int Places) Align(ExactDecimal other)
    {
        if (Places == other.Places) return (Unscaled, other.Unscaled, Places);
        return Places > other.Places
            ? (Unscaled, other.Unscaled * BigInteger.Pow(10, Places - other.Places), Places)
            : (Unscaled * BigInteger.Pow(10, other.Places - Places), other.Unscaled, other.Places);
    }

    private static BigInteger Round(BigInteger dividend, BigInteger divisor)
    {
        var quotient = BigInteger.DivRem(dividend, divisor, out var rest);
        var half = (2 * BigInteger.Abs(rest)).CompareTo(divisor);
        return half > 0 || (half == 0 && !quotient.IsEven) ? quotient + dividend.Sign : quotient;
    }

    /// <summary>The same number without zeros at the end of its fraction.</summary>
    public ExactDecimal WithoutZeros()
    {
        if (Unscaled.IsZero) return default;
        var (unscaled, places) = (Unscaled, Places);
        while (places > 0)
        {
            var shorter = BigInteger.DivRem(unscaled, 10, out var digit);
            if (!digit.IsZero) break;
            (unscaled, places) = (shorter, places - 1);
        }

        return new ExactDecimal(unscaled, places);
    }

    /// <summary>Significant ones.</summary>
    private int CountDigits() => BigInteger.Abs(Unscaled).ToString(CultureInfo.InvariantCulture).AsSpan().TrimEnd('0').Length;

    /// <summary>Nearly all numbers of sensors; nothing is allocated.</summary>
    private static ExactDecimal? TryParseShort(ReadOnlySpan<char> text)
    {
        var at = text is ['-', ..] ? 1 : 0;
        if (text.Length - at is 0 or > DigitsOfALong) return null;
        long unscaled = 0;
        var (places, point) = (0, false);
        for (var i = at; i < text.Length; i++)
        {
            if (text[i] == '.' && !point && i > at && i < text.Length - 1)
            {
                point = true;
                continue;
            }

            if (!char.IsAsciiDigit(text[i])) return null;
            unscaled = (unscaled * 10) + (text[i] - '0');
            if (point) places++;
        }

        return new ExactDecimal(at == 1 ? -unscaled : unscaled, places);
    }
}
