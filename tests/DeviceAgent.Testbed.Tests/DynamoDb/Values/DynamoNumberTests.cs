using System.Globalization;
using System.Numerics;
using DeviceAgent.Testbed.DynamoDb;
using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.Tests.DynamoDb.Values;

public class DynamoNumberTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("0e999", "0")]
    [InlineData("000.000", "0")]
    [InlineData("1.500", "1.5")]
    [InlineData("-001.50", "-1.5")]
    [InlineData("+5", "5")]
    [InlineData(".5", "0.5")]
    [InlineData("5.", "5")]
    [InlineData("1e5", "100000")]
    [InlineData("12.34E-3", "0.01234")]
    [InlineData("100", "100")]
    [InlineData("1772366400.125", "1772366400.125")]
    [InlineData("99999999999999999999999999999999999999", "99999999999999999999999999999999999999")]
    [InlineData("100000000000000000000000000000000000000000000000000", "100000000000000000000000000000000000000000000000000")]
    public void ToString_ParsedNumber_IsPlainAndStripped(string text, string expected) =>
        Assert.Equal(expected, DynamoNumber.Parse(text).ToString());

    [Theory]
    [InlineData("", "The parameter cannot be converted to a numeric value")]
    [InlineData("1,5", "The parameter cannot be converted to a numeric value: 1,5")]
    [InlineData(" 1", "The parameter cannot be converted to a numeric value:  1")]
    [InlineData("1e", "The parameter cannot be converted to a numeric value: 1e")]
    [InlineData("--1", "The parameter cannot be converted to a numeric value: --1")]
    [InlineData(".", "The parameter cannot be converted to a numeric value: .")]
    [InlineData("1.2.3", "The parameter cannot be converted to a numeric value: 1.2.3")]
    [InlineData("NaN", "The parameter cannot be converted to a numeric value: NaN")]
    [InlineData("0x1F", "The parameter cannot be converted to a numeric value: 0x1F")]
    [InlineData("123456789012345678901234567890123456789", "Attempting to store more than 38 significant digits in a Number")]
    [InlineData("1e126", "Number overflow. Attempting to store a number with magnitude larger than supported range")]
    [InlineData("-1e99999999999999999999", "Number overflow. Attempting to store a number with magnitude larger than supported range")]
    [InlineData("9e-131", "Number underflow. Attempting to store a number with magnitude smaller than supported range")]
    public void Parse_UnusableText_SaysWhy(string text, string message) =>
        Assert.Equal(message, Assert.Throws<DynamoDbException>(() => DynamoNumber.Parse(text)).Message);

    [Theory]
    [InlineData("1e-130")]
    [InlineData("-1e-130")]
    [InlineData("9.9999999999999999999999999999999999999e125")]
    public void Parse_ExtremeOfTheRange_ReadsBackUnchanged(string text)
    {
        var number = DynamoNumber.Parse(text);
        Assert.Equal(number, DynamoNumber.Parse(number.ToString()));
    }

    [Fact]
    public void Encode_RandomNumbers_OrderIsTheOrderOfTheValues()
    {
        var random = new Random(20260301);
        var numbers = Enumerable.Range(0, 3000).Select(_ => Number(random)).ToList();
        for (var i = 1; i < numbers.Count; i++)
        {
            var (x, y) = (numbers[i - 1], numbers[i]);
            var expected = Math.Sign(Exact(x).CompareTo(Exact(y)));
            var (a, b) = (DynamoNumber.Parse(x), DynamoNumber.Parse(y));
            Assert.True(expected == Math.Sign(a.CompareTo(b)), $"{x} {y}");
            var encoded = KeyEncoding.Encode(AttributeValue.Of(a)).AsSpan().SequenceCompareTo(KeyEncoding.Encode(AttributeValue.Of(b)));
            Assert.True(expected == Math.Sign(encoded), $"{x} {y}");
        }
    }

    [Fact]
    public void ToString_RandomNumbers_KeepsTheExactValue()
    {
        var random = new Random(4711);
        for (var i = 0; i < 2000; i++)
        {
            var text = Number(random);
            var plain = DynamoNumber.Parse(text).ToString();
            Assert.True(Exact(text) == Exact(plain), $"{text} {plain}");
            Assert.DoesNotMatch("[eE+]|^-?0[0-9]|\\.$|\\..*0$", plain);
        }
    }

    // Few digits and small exponents are drawn often, so that close and equal neighbours occur.
    private static string Number(Random random)
    {
        var wide = random.Next(3) == 0;
        var digits = string.Concat(Enumerable.Range(0, wide ? random.Next(1, 39) : random.Next(1, 3)).Select(_ => (char)('0' + random.Next(10))));
        var point = random.Next(digits.Length + 1);
        var exponent = wide ? random.Next(-90, 86) : random.Next(-2, 3);
        var sign = random.Next(2) == 0 ? "-" : "";
        return $"{sign}{digits[..point]}.{digits[point..]}e{exponent.ToString(CultureInfo.InvariantCulture)}";
    }

    // An independent reading: the value times 10^200, as an integer.
    private static BigInteger Exact(string text)
    {
        var parts = text.Split('e');
        var exponent = parts.Length == 2 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        var point = parts[0].IndexOf('.');
        var decimals = point < 0 ? 0 : parts[0].Length - point - 1;
        return BigInteger.Parse(parts[0].Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * BigInteger.Pow(10, 200 + exponent - decimals);
    }
}
