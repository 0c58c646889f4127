using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using DeviceAgent.Readings;

namespace DeviceAgent.Tests.Readings;

public partial class DecimalTextTests
{
    [Theory]
    [InlineData("0", 1, 0)]
    [InlineData("-0.000", 1, 0)]
    [InlineData("7", 1, 0)]
    [InlineData("23.70", 3, 1)]
    [InlineData("-100", 1, 2)]
    [InlineData("100.001", 6, 2)]
    [InlineData("0.00120", 2, -3)]
    [InlineData("1e5", 1, 5)]
    [InlineData("12.5E-3", 3, -2)]
    [InlineData("1e+99999999999", 1, int.MaxValue)]
    [InlineData("1e-99999999999", 1, int.MinValue)]
    public void TryParse_ANumber_CountsItsDigitsAndFindsItsMagnitude(string text, int digits, long magnitude) => Assert.Equal(new DecimalText(digits, magnitude), DecimalText.TryParse(text));

    /// <summary>JSON's own grammar (RFC 8259) says what a number is, and .NET's arithmetic what it is worth.</summary>
    [Fact]
    public void TryParse_TextsOfTheCharactersOfNumbers_AgreesWithTheGrammarAndTheValue()
    {
        const string characters = "0001259-+.eE ٣";
        var random = new Random(20260301);
        var numbers = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(9)).Select(_ => characters[random.Next(characters.Length)]));
            var isNumber = Grammar().IsMatch(text);
            Assert.Equal(isNumber, DecimalText.IsNumber(text));
            Assert.Equal(isNumber, DecimalText.TryParse(text) is not null);
            if (DecimalText.TryParse(text) is not { } parsed || DecimalText.TryExact(text) is not var (unscaled, places)) continue;
            numbers++;
            var digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture);
            Assert.Equal(Math.Max(1, digits.TrimEnd('0').Length), parsed.Digits);
            Assert.Equal(unscaled.IsZero ? 0 : digits.Length - 1 - places, parsed.Magnitude);
        }

        Assert.True(numbers > 1000, $"only {numbers} were numbers");
    }

    [GeneratedRegex(@"\A-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\z")]
    private static partial Regex Grammar();
}
