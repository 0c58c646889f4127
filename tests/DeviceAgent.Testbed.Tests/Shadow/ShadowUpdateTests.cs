using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Shadow;

namespace DeviceAgent.Testbed.Tests.Shadow;

public sealed class ShadowUpdateTests
{
    [Theory]
    [InlineData("", "Invalid JSON")]
    [InlineData("{", "Invalid JSON")]
    [InlineData("[]", "Invalid JSON")]
    [InlineData("7", "Invalid JSON")]
    [InlineData("""{"state":{}} x""", "Invalid JSON")]
    [InlineData("""{"state":{},"state":{}}""", "Invalid JSON")]
    [InlineData("""{"state":{"desired":{"a":"\ud800"}}}""", "Invalid JSON")]
    [InlineData("""{"state":{"desired":{"\udc00":1}}}""", "Invalid JSON")]
    [InlineData("{}", "Missing required node: state")]
    [InlineData("""{"desired":{"a":1}}""", "Missing required node: state")]
    [InlineData("""{"state":5}""", "State node must be an object")]
    [InlineData("""{"state":[]}""", "State node must be an object")]
    [InlineData("""{"state":{"desired":5}}""", "Desired node must be an object")]
    [InlineData("""{"state":{"reported":[]}}""", "Reported node must be an object")]
    [InlineData("""{"state":{"delta":{}}}""", "State contains an invalid node: 'delta'")]
    [InlineData("""{"state":{"desired":{"a":[1,null]}}}""", "State contains an invalid node: 'a'")]
    [InlineData("""{"state":{"reported":{"a":[{"b":null}]}}}""", "State contains an invalid node: 'b'")]
    [InlineData("""{"state":{},"version":"7"}""", "Invalid version")]
    [InlineData("""{"state":{},"version":1.5}""", "Invalid version")]
    [InlineData("""{"state":{},"version":-1}""", "Invalid version")]
    [InlineData("""{"state":{},"clientToken":5}""", "Invalid clientToken")]
    [InlineData("""{"state":{"desired":{"1":{"2":{"3":{"4":{"5":{"6":{"7":1}}}}}}}}}""", "JSON contains too many levels of nesting; maximum is 6")]
    [InlineData("""{"state":{"desired":{"1":{"2":{"3":{"4":{"5":[[1]]}}}}}}}""", "JSON contains too many levels of nesting; maximum is 6")]
    public void Rejects_BadDocument_InTheServicesWords(string payload, string message)
    {
        var refusal = Assert.Throws<ShadowException>(() => ShadowUpdate.Parse(Encoding.UTF8.GetBytes(payload)));

        Assert.Equal((400, message), (refusal.Code, refusal.Message));
    }

    [Theory]
    [InlineData("""{"state":{}}""")]
    [InlineData("""{"state":null}""")]
    [InlineData("""{"state":{"desired":null,"reported":{}},"version":0,"other":1}""")]
    [InlineData("""{"state":{"desired":{"1":{"2":{"3":{"4":{"5":{"6":1}}}}}}}}""")]
    [InlineData("""{"state":{"desired":{"1":{"2":{"3":{"4":{"5":{"6":{}}}}}}}}}""")]
    [InlineData("""{"state":{"desired":{"":"\ud83c\udf21","a":[[],{}]}}}""")]
    public void Accepts_GoodDocument(string payload)
    {
        var update = ShadowUpdate.Parse(Encoding.UTF8.GetBytes(payload));

        var sent = JsonNode.Parse(payload)!;
        Assert.True(JsonNode.DeepEquals(sent["state"], update.State), $"{update.State?.ToJsonString()}");
        Assert.Equal(Section("desired"), update.Desired);
        Assert.Equal(Section("reported"), update.Reported);
        Assert.Equal((long?)sent["version"], update.Version);
        Assert.Null(update.ClientToken);

        SectionPatch Section(string name) => update.State switch
        {
            null => SectionPatch.Clear,
            var state when !state.TryGetPropertyValue(name, out _) => SectionPatch.Keep,
            var state when state[name] is null => SectionPatch.Clear,
            var state => SectionPatch.Merge((JsonObject)state[name]!),
        };
    }

    [Fact]
    public void Rejects_AnotherEncoding()
    {
        var refusal = Assert.Throws<ShadowException>(() => ShadowUpdate.Parse(Encoding.Latin1.GetBytes("""{"state":{"desired":{"a":"ü"}}}""")));

        Assert.Equal((415, "Unsupported documented encoding; supported encoding is UTF-8"), (refusal.Code, refusal.Message));
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Token_AtItsLimit_IsMeasuredInBytes(int bytes, bool good)
    {
        var token = new string('x', bytes - 2) + "ü";
        var payload = Encoding.UTF8.GetBytes($$"""{"state":{},"clientToken":"{{token}}"}""");

        if (good) Assert.Equal(token, ShadowUpdate.Parse(payload).ClientToken);
        else Assert.Equal("Invalid clientToken", Assert.Throws<ShadowException>(() => ShadowUpdate.Parse(payload)).Message);
    }

    /// <summary>Deep enough to hurt a careless reader.</summary>
    [Fact]
    public void Rejects_AHundredThousandBrackets()
    {
        var payload = Encoding.UTF8.GetBytes("""{"state":{"desired":{"a":""" + new string('[', 100_000));

        Assert.Equal("Invalid JSON", Assert.Throws<ShadowException>(() => ShadowUpdate.Parse(payload)).Message);
    }
}
