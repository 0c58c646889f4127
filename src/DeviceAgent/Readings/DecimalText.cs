using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace DeviceAgent.Readings;

/// <summary>The reader of numbers: decimal text of any length, digit for digit.</summary>
/// <param name="Digits">Significant digits, without leading and trailing zeros; zero has one.</param>
/// <param name="Magnitude">The power of ten of the first significant digit; 0 for zero.</param>
internal readonly partial record struct DecimalText(int Digits, long Magnitude)
{
    /// <summary>True when the text is a number as JSON writes it.</summary>
    public static bool IsNumber(string text) => Split(text) is not null;

    /// <summary>Null when it is not a number as JSON writes it.</summary>
    public static DecimalText? TryParse(string text)
    {
        if (Split(text) is not { } parts) return null;
        ReadOnlySpan<char> whole = text.AsSpan(parts.Whole), fraction = text.AsSpan(parts.Fraction);
        var first = whole[0] != '0' ? 0 : fraction.IndexOfAnyExcept('0') is >= 0 and var zeros ? zeros + 1 : -1;
        if (first < 0) return new DecimalText(1, 0);

        var behind = fraction.TrimEnd('0').Length;
        var last = behind > 0 ? behind : whole.TrimEnd('0').Length - whole.Length;
        return new DecimalText(whole.Length + last - first, ExponentOf(text[parts.Exponent]) + whole.Length - 1 - first);
    }

    /// <summary>The parts of a number of JSON: digits before the point, digits behind it, the exponent with its sign; null when it is none.</summary>
    private static (Range Whole, Range Fraction, Range Exponent)? Split(ReadOnlySpan<char> text)
    {
        var at = text is ['-', ..] ? 1 : 0;
        var whole = at..(at + CountDigits(text[at..]));
        at = whole.End.Value;
        if (at == whole.Start.Value || (at > whole.Start.Value + 1 && text[whole.Start] == '0')) return null;
        var fraction = at..at;
        if (text[at..] is ['.', ..])
        {
            fraction = (at + 1)..(at + 1 + CountDigits(text[(at + 1)..]));
            at = fraction.End.Value;
            if (at == fraction.Start.Value) return null;
        }

        var exponent = at..at;
        if (text[at..] is ['e' or 'E', ..])
        {
            var sign = text[(at + 1)..] is ['+' or '-', ..] ? 1 : 0;
            var digits = CountDigits(text[(at + 1 + sign)..]);
            if (digits == 0) return null;
            exponent = (at + 1)..(at + 1 + sign + digits);
            at = exponent.End.Value;
        }

        return at == text.Length ? (whole, fraction, exponent) : null;
    }

    private static int CountDigits(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : text.Length;

    /// <summary>
    /// The number in JSON's notation, also of <c>+21.6</c>, <c>.5</c>, <c>21.</c> and <c>007</c>, which can only mean one; null for everything else.
    /// </summary>
    /// <param name="text">A number by itself.</param>
    /// <param name="decimalComma">It has a comma for the point, and no point.</param>
    public static string? Normalize(string text, bool decimalComma = false)
    {
        if (!decimalComma && IsNumber(text)) return text;
        var match = LooseNumber().Match(text);
        if (!match.Success || (match.Groups["point"].Value is { Length: 1 } point && point != (decimalComma ? "," : "."))) return null;
        var (whole, fraction, exponent) = (match.Groups["whole"].Value.TrimStart('0'), match.Groups["fraction"].Value, match.Groups["exponent"].Value);
        return string.Concat(
            match.Groups["sign"].Value == "-" ? "-" : "",
            whole.Length == 0 ? "0" : whole,
            fraction.Length == 0 ? "" : "." + fraction,
            exponent.Length == 0 ? "" : "e" + exponent);
    }

    /// <summary>The exact value of a number of JSON, as a whole number divided by a power of ten; null when it is none, or has more than a hundred digits.</summary>
    public static (BigInteger Unscaled, int Places)? TryExact(string text)
    {
        const int max = 100;
        if (Split(text) is not { } parts) return null;
        var (fraction, exponent) = (text[parts.Fraction], ExponentOf(text[parts.Exponent]));
        var digits = text[parts.Whole] + fraction;
        var places = fraction.Length - exponent;
        if (digits.Length > max || places is > max or < -max) return null;
        var unscaled = BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture) * BigInteger.Pow(10, (int)Math.Max(0, -places));
        return (text[0] == '-' ? -unscaled : unscaled, (int)Math.Max(0, places));
    }

    /// <summary>One that is too long for a number is as large as that.</summary>
    private static long ExponentOf(string text)
    {
        if (text.Length == 0) return 0;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)) return exponent;
        return text[0] == '-' ? int.MinValue : int.MaxValue;
    }

    [GeneratedRegex(@"^(?<sign>[+-]?)(?=[.,]?[0-9])(?<whole>[0-9]*)((?<point>[.,])(?<fraction>[0-9]*))?([eE](?<exponent>[+-]?[0-9]+))?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex LooseNumber();
}
