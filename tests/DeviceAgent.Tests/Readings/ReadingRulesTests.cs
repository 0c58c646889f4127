using System.Text;
using DeviceAgent.Readings;
using DeviceAgent.Upload.DynamoDb;

namespace DeviceAgent.Tests.Readings;

public class ReadingRulesTests
{
    private static readonly ReadingRules Rules = new(new ItemLimits(new HashSet<string> { "serial_number", "timestamp", "expires_at" }, overheadBytes: 100));

    [Fact]
    public void FindProblem_OrdinaryReading_IsNull() => Assert.Null(Find("""{"t":23.7,"on":true,"note":null,"tags":["a",1],"nested":{"deep":{"er":1}}}"""));

    [Theory]
    [InlineData("""{"expires_at":1}""", "name of a key or of the expiry")]
    [InlineData("""{"a":1,"a":2}""", "appears twice")]
    [InlineData("""{"a":{"b":1,"b":2}}""", "'b' appears twice")]
    [InlineData("""{"":1}""", "empty name")]
    [InlineData("""{"a":1e200}""", "outside the range")]
    [InlineData("""{"a":[{"b":123456789012345678901234567890123456789}]}""", "significant digits")]
    public void FindProblem_UnfitReading_SaysWhy(string json, string expected) => Assert.Contains(expected, Find(json), StringComparison.Ordinal);

    [Fact]
    public void FindProblem_EmptySerialNumber_IsRefused() => Assert.Contains("serial number", Rules.FindProblem(new Reading("", default, [])), StringComparison.Ordinal);

    [Theory]
    [InlineData(31, true)]
    [InlineData(32, false)]
    public void FindProblem_Nesting_IsBounded(int lists, bool fits) =>
        Assert.Equal(fits, Find($$"""{"a":{{new string('[', lists)}}1{{new string(']', lists)}}}""") is null);

    [Fact]
    public void FindProblem_Size_MustStayBelow400Kilobytes()
    {
        // Serial number "SN1", timestamp 24, name "a", 100 for the rest.
        const int Fixed = 3 + 24 + 1 + 100;
        Assert.Null(Rules.FindProblem(WithText(ItemLimits.MaxItemBytes - Fixed - 1)));
        Assert.Contains("limit", Rules.FindProblem(WithText(ItemLimits.MaxItemBytes - Fixed)), StringComparison.Ordinal);

        static Reading WithText(int length) => new("SN1", default, [new("a", new ReadingValue.String(new string('x', length)))]);
    }

    private static string? Find(string json)
    {
        var sample = ReadingJson.TryReadStored(Encoding.UTF8.GetBytes(json), out var problem);
        Assert.Null(problem);
        return Rules.FindProblem(new Reading("SN1", default, sample!.Attributes));
    }
}
