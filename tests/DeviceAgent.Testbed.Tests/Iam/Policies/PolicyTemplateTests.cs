using DeviceAgent.Testbed.Iam;
using DeviceAgent.Testbed.Iam.Policies;

namespace DeviceAgent.Testbed.Tests.Iam.Policies;

public sealed class PolicyTemplateTests
{
    private static readonly Dictionary<string, IReadOnlyList<string>> _context = new(StringComparer.OrdinalIgnoreCase)
    {
        ["iot:Thing"] = ["boiler-07"],
        ["iot:Attributes[Owner]"] = ["ops"],
        ["iot:Star"] = ["*"],
        ["iot:Many"] = ["a", "b"],
        ["iot:Empty"] = [""],
    };

    [Theory]
    [InlineData("table/${iot:Thing}", "table/boiler-07", true)]
    [InlineData("table/${iot:Thing}", "table/boiler-08", false)]
    [InlineData("table/${IOT:THING}", "table/boiler-07", true)]
    [InlineData("${iot:Attributes[Owner]}/${iot:Thing}", "ops/boiler-07", true)]
    [InlineData("${iot:Thing}*", "boiler-07/x", true)]
    [InlineData("${iot:Star}", "*", true)]
    [InlineData("${iot:Star}", "anything", false)]
    [InlineData("${iot:Empty}", "", true)]
    [InlineData("${*}x", "*x", true)]
    [InlineData("${*}x", "ax", false)]
    [InlineData("${?}x", "?x", true)]
    [InlineData("${?}x", "ax", false)]
    [InlineData("${$}{iot:Thing}", "${iot:Thing}", true)]
    [InlineData("${iot:None, 'fallback'}", "fallback", true)]
    [InlineData("${iot:None, 'fall*'}", "fallback", false)]
    [InlineData("${iot:Thing, 'fallback'}", "boiler-07", true)]
    [InlineData("${ iot:Thing ,'x' }", "boiler-07", true)]
    [InlineData("$aws/things/x", "$aws/things/x", true)]
    public void Resolve_Variables_AreFilledInLiterally(string template, string text, bool expected) =>
        Assert.Equal(expected, PolicyTemplate.Parse(template, variables: true).Resolve(_context, wildcards: true)!.Matches(text));

    [Theory]
    [InlineData("${iot:None}")]
    [InlineData("*${iot:None}*")]
    [InlineData("${iot:Thing}${iot:None}")]
    [InlineData("${iot:Many}")]
    public void Resolve_VariableWithoutOneValue_IsNothing(string template) =>
        Assert.Null(PolicyTemplate.Parse(template, variables: true).Resolve(_context, wildcards: true));

    [Fact]
    public void Resolve_WithoutVariables_LeavesTheTextAsItIs()
    {
        var pattern = PolicyTemplate.Parse("${iot:Thing}", variables: false).Resolve(_context, wildcards: true);

        Assert.True(pattern!.Matches("${iot:Thing}"));
        Assert.False(pattern.Matches("boiler-07"));
    }

    [Fact]
    public void Resolve_WithoutWildcards_TakesWrittenStarsLiterally()
    {
        var pattern = PolicyTemplate.Parse("a*", variables: true).Resolve(_context, wildcards: false);

        Assert.True(pattern!.Matches("a*"));
        Assert.False(pattern.Matches("ab"));
    }

    [Theory]
    [InlineData("a${iot:Thing", "no closing \"}\"")]
    [InlineData("${}", "names no key")]
    [InlineData("${ , 'x'}", "names no key")]
    [InlineData("${iot:Thing, x}", "single quotes")]
    [InlineData("${iot:Thing, '}", "single quotes")]
    public void Parse_BrokenVariable_SaysWhatIsWrong(string template, string complaint)
    {
        var e = Assert.Throws<PolicyFormatException>(() => PolicyTemplate.Parse(template, variables: true));

        Assert.Contains(complaint, e.Message, StringComparison.Ordinal);
    }
}
