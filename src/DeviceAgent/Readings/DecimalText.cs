using System.Globalization;
using System.Text.RegularExpressions;

namespace DeviceAgent.Readings;

/// <summary>A number as decimal text, in JSON's notation: how long and how large it is.</summary>
/// <param name="Digits">Significant digits, without leading and trailing zeros; zero has one.</param>
/// <param name="Magnitude">The power of ten of the first significant digit; 0 for zero.</param>
internal readonly partial record struct DecimalText(int Digits, long Magnitude)
{
    /// <summary>True when the text is a number as JSON writes it.</summary>
    public static bool IsNumber(string text) => JsonNumber().IsMatch(text);

    /// <summary>Null when it is not a number as JSON writes it.</summary>
    public static DecimalText? TryParse(string text)
    {
        var match = JsonNumber().Match(text);
        if (!match.Success) return null;

        var whole = match.Groups["whole"].Value;
        var all = whole + match.Groups["fraction"].Value;
        var digits = all.TrimStart('0');
        if (digits.Length == 0) return new DecimalText(1, 0);

        var leadingZeros = all.Length - digits.Length;
        return new DecimalText(digits.TrimEnd('0').Length, ExponentOf(match.Groups["exponent"].Value) + whole.Length - 1 - leadingZeros);
    }

    /// <summary>One that is too long for a number is as large as that.</summary>
    private static long ExponentOf(string text)
    {
        if (text.Length == 0) return 0;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)) return exponent;
        return text[0] == '-' ? int.MinValue : int.MaxValue;
    }

    [GeneratedRegex(@"^-?(?<whole>0|[1-9][0-9]*)(\.(?<fraction>[0-9]+))?([eE](?<exponent>[+-]?[0-9]+))?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex JsonNumber();
}
