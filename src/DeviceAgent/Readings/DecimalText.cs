using System.Globalization;
using System.Text.RegularExpressions;

namespace DeviceAgent.Readings;

/// <summary>Numbers as decimal text, within what the store keeps exactly: 38 significant digits, 1E-130 to 9.99E+125, or zero.</summary>
internal static partial class DecimalText
{
    private const int MaxDigits = 38;
    private const int MinExponent = -130;
    private const int MaxExponent = 125;

    /// <summary>True when the text is a number as JSON writes it.</summary>
    public static bool IsNumber(string text) => JsonNumber().IsMatch(text);

    /// <summary>What is wrong with the number, or null when it can be stored.</summary>
    public static string? FindProblem(string text)
    {
        var match = JsonNumber().Match(text);
        if (!match.Success) return $"'{Shorten(text)}' is not a decimal number";

        var whole = match.Groups["whole"].Value;
        var digits = (whole + match.Groups["fraction"].Value).TrimStart('0');
        if (digits.Length == 0) return null;

        var exponentText = match.Groups["exponent"].Value;
        var exponent = 0;
        if (exponentText.Length > 0 && !int.TryParse(exponentText, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
        {
            return $"'{Shorten(text)}' is outside the range 1E-130 to 9.99E+125";
        }

        // The exponent of the first significant digit.
        var leadingZeros = (whole + match.Groups["fraction"].Value).Length - digits.Length;
        var magnitude = (long)exponent + whole.Length - 1 - leadingZeros;
        if (magnitude is < MinExponent or > MaxExponent) return $"'{Shorten(text)}' is outside the range 1E-130 to 9.99E+125";
        return SignificantDigits(digits) > MaxDigits ? $"'{Shorten(text)}' has more than {MaxDigits} significant digits" : null;
    }

    /// <summary>Significant digits of a number in JSON notation, without leading and trailing zeros; zero has one.</summary>
    public static int CountDigits(string text)
    {
        var match = JsonNumber().Match(text);
        return Math.Max(1, SignificantDigits((match.Groups["whole"].Value + match.Groups["fraction"].Value).TrimStart('0')));
    }

    private static int SignificantDigits(string digits) => digits.TrimEnd('0').Length;

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "...";

    [GeneratedRegex(@"^-?(?<whole>0|[1-9][0-9]*)(\.(?<fraction>[0-9]+))?([eE](?<exponent>[+-]?[0-9]+))?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex JsonNumber();
}
