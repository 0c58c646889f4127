using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Provisioning.Templates;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Tests.Provisioning;

public sealed class TemplateFunctionsTests
{
    private readonly TemplateFunctions _functions = new(
        new Dictionary<string, string> { ["Serial"] = "SN-1-x", ["Place"] = "Seattle", ["Empty"] = "" },
        JsonNode.Parse("""{"Urls":{"Seattle":{"Url":"https://s","Port":8883}}}""")!.AsObject());

    /// <summary>An expression and its value.</summary>
    [Theory]
    [InlineData("""{"Ref":"Serial"}""", "\"SN-1-x\"")]
    [InlineData("""{"Fn::Join":["-",["a",{"Ref":"Serial"},{"Ref":"Empty"}]]}""", "\"a-SN-1-x-\"")]
    [InlineData("""{"Fn::Join":["",["a","b"]]}""", "\"ab\"")]
    [InlineData("""{"Fn::Join":["+",{"Fn::Split":["-",{"Ref":"Serial"}]}]}""", "\"SN+1+x\"")]
    [InlineData("""{"Fn::Split":["-",{"Ref":"Serial"}]}""", """["SN","1","x"]""")]
    [InlineData("""{"Fn::Split":["?","none"]}""", """["none"]""")]
    [InlineData("""{"Fn::Select":["1",{"Fn::Split":["-",{"Ref":"Serial"}]}]}""", "\"1\"")]
    [InlineData("""{"Fn::Select":[0,["a","b"]]}""", "\"a\"")]
    [InlineData("""{"Fn::Sub":"thing-${Serial}/${Place}"}""", "\"thing-SN-1-x/Seattle\"")]
    [InlineData("""{"Fn::Sub":"${!Serial} ${Serial}"}""", "\"${Serial} SN-1-x\"")]
    [InlineData("""{"Fn::Sub":["${x}-${Place}",{"x":{"Ref":"Serial"}}]}""", "\"SN-1-x-Seattle\"")]
    [InlineData("""{"Fn::FindInMap":["Urls",{"Ref":"Place"},"Url"]}""", "\"https://s\"")]
    [InlineData("""{"Fn::FindInMap":["Urls","Seattle","Port"]}""", "8883")]
    [InlineData("""{"a":[{"Ref":"Place"}],"b":true}""", """{"a":["Seattle"],"b":true}""")]
    public void Evaluate_Expression_IsWorkedOutInsideOut(string expression, string value) =>
        Assert.Equal(value, _functions.Evaluate(JsonNode.Parse(expression))!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));

    [Theory]
    [InlineData("""{"Ref":"Nobody"}""", "The parameter Nobody has no value.")]
    [InlineData("""{"Fn::Sub":"${Nobody}"}""", "The parameter Nobody has no value.")]
    [InlineData("""{"Fn::Select":["2",["a","b"]]}""", "Fn::Select has no value at index 2: the list has 2.")]
    [InlineData("""{"Fn::Select":["-1",["a"]]}""", "Fn::Select has no value at index -1: the list has 1.")]
    [InlineData("""{"Fn::Select":["x",["a"]]}""", "Fn::Select has no value at index x: the list has 1.")]
    [InlineData("""{"Fn::Select":["0",[null]]}""", "Fn::Select has no value at index 0: the list has 1.")]
    [InlineData("""{"Fn::Select":["0","a"]}""", "Fn::Select needs a list.")]
    [InlineData("""{"Fn::Split":["","a"]}""", "The delimiter of Fn::Split must not be empty.")]
    [InlineData("""{"Fn::Join":["-"]}""", "Fn::Join takes a list of 2.")]
    [InlineData("""{"Fn::Join":["-",[["a"]]]}""", "Every value of Fn::Join must be a text.")]
    [InlineData("""{"Fn::FindInMap":["Urls","Paris","Url"]}""", "Mappings has nothing at Urls.Paris.Url.")]
    public void Evaluate_BadExpression_SaysWhat(string expression, string message) =>
        Assert.Equal(message, Assert.Throws<RegistryException>(() => _functions.Evaluate(JsonNode.Parse(expression))).Message);

    /// <summary>Ten KiB of template must not make gigabytes.</summary>
    [Fact]
    public void Join_OfLongParameters_IsBounded()
    {
        var functions = new TemplateFunctions(new Dictionary<string, string> { ["Long"] = new('x', 40_000) }, []);

        Assert.Throws<RegistryException>(() => functions.Evaluate(JsonNode.Parse("""{"Fn::Sub":"${Long}${Long}"}""")));
    }
}
