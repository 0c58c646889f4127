using System.Globalization;
using DeviceAgent.Readings;

namespace DeviceAgent.Tests.Readings;

public class ExactDecimalTests
{
    [Theory]
    [InlineData("21.5", "21.5")]
    [InlineData("-0.05", "-0.05")]
    [InlineData("0.000", "0.000")]
    [InlineData("100", "100")]
    [InlineData("1e3", "1000")]
    [InlineData("12.5E-3", "0.0125")]
    [InlineData("123456789012345678", "123456789012345678")]
    [InlineData("1234567890123456789", "1234567890123456789")]
    [InlineData("0.12345678901234567890123456789012345678", "0.12345678901234567890123456789012345678")]
    public void TryParse_ANumber_KeepsEveryDigit(string text, string written) => Assert.Equal(written, ExactDecimal.TryParse(text)!.Value.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("1.2.3")]
    [InlineData("1e101")]
    [InlineData("abc")]
    public void TryParse_NoNumberOrTooLong_IsNull(string text) => Assert.Null(ExactDecimal.TryParse(text));

    [Theory]
    [InlineData("0.15", "0.1", "0.2")]
    [InlineData("0.1", "0.1", "0.1", "0.1", "0.1", "0.1", "0.1", "0.1", "0.1", "0.1", "0.1")]
    [InlineData("1.333", "1", "1", "2.0")]
    [InlineData("-1.667", "-1.0", "-2", "-2")]
    [InlineData("21.235", "21.22", "21.25")]
    [InlineData("33.33", "0", "0", "100")]
    [InlineData("50000000000000000000000000000000000000", "99999999999999999999999999999999999999", "1")]
    [InlineData("0.33333333333333333333333333333333333333", "0.00000000000000000000000000000000000000", "0.00000000000000000000000000000000000000", "1")]
    [InlineData("33333333333333333333333333333333333333", "99999999999999999999999999999999999999", "0", "1")]
    [InlineData("1666666666666666666666666666666666666700", "2000000000000000000000000000000000000000", "1000000000000000000000000000000000000000", "2000000000000000000000000000000000000000")]
    public void DivideBy_TheirCount_IsTheMeanToTwoMorePlaces(string mean, params string[] values) =>
        Assert.Equal(mean, Sum(values).DivideBy(values.Length).ToString());

    /// <summary>Halves go to the even digit: the mean of many means is not pushed upwards.</summary>
    [Theory]
    [InlineData("0.12", 8, "0.015")]
    [InlineData("1", 800, "0")]
    [InlineData("3", 200, "0.02")]
    [InlineData("1", 200, "0")]
    [InlineData("-1", 200, "0")]
    [InlineData("-3", 200, "-0.02")]
    public void DivideBy_AHalf_GoesToTheEvenDigit(string sum, long count, string mean) => Assert.Equal(mean, ExactDecimal.TryParse(sum)!.Value.DivideBy(count).ToString());

    [Fact]
    public void AddAndCompare_RandomNumbers_AgreeWithDecimal()
    {
        var random = new Random(20260301);
        for (var i = 0; i < 2000; i++)
        {
            var (a, b) = (Next(random), Next(random));
            var (x, y) = (ExactDecimal.TryParse(a.ToString(CultureInfo.InvariantCulture))!.Value, ExactDecimal.TryParse(b.ToString(CultureInfo.InvariantCulture))!.Value);
            Assert.Equal(a + b, decimal.Parse(x.Add(y).ToString(), CultureInfo.InvariantCulture));
            Assert.Equal(Math.Abs(a - b), decimal.Parse(x.DistanceTo(y).ToString(), CultureInfo.InvariantCulture));
            Assert.Equal(a.CompareTo(b), Math.Sign(x.CompareTo(y)));
        }
    }

    private static decimal Next(Random random) => Math.Round((decimal)((random.NextDouble() - 0.5) * 2000), random.Next(8));

    private static ExactDecimal Sum(string[] values) => values.Aggregate(ExactDecimal.Zero, (sum, v) => sum.Add(ExactDecimal.TryParse(v)!.Value));
}
