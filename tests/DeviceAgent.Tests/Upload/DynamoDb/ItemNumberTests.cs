using DeviceAgent.Upload.DynamoDb;

namespace DeviceAgent.Tests.Upload.DynamoDb;

public class ItemNumberTests
{
    [Theory]
    [InlineData("0")]
    [InlineData("-0.0")]
    [InlineData("23.7")]
    [InlineData("0.00476416302416414")]
    [InlineData("12345678901234567890123456789012345678")]
    [InlineData("123456789012345678901234567890123456780000")]
    [InlineData("0.00000000000000000000000000000000000000000000001")]
    [InlineData("1E-130")]
    [InlineData("9.9999999999999999999999999999999999999E+125")]
    [InlineData("0.001e128")]
    [InlineData("0e999999999999")]
    public void Accepts(string number) => Assert.Null(ItemNumber.FindProblem(number));

    [Theory]
    [InlineData("NaN", "not a decimal number")]
    [InlineData("Infinity", "not a decimal number")]
    [InlineData("1,5", "not a decimal number")]
    [InlineData("0x10", "not a decimal number")]
    [InlineData("1.", "not a decimal number")]
    [InlineData("", "not a decimal number")]
    [InlineData("123456789012345678901234567890123456789", "significant digits")]
    [InlineData("1E126", "outside the range")]
    [InlineData("9.9E-131", "outside the range")]
    [InlineData("0.1E-130", "outside the range")]
    [InlineData("1000e123", "outside the range")]
    [InlineData("1E99999999999999999999", "outside the range")]
    public void Rejects(string number, string expected) => Assert.Contains(expected, ItemNumber.FindProblem(number), StringComparison.Ordinal);
}
