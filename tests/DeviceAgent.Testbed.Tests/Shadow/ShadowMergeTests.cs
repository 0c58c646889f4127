using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Shadow;

namespace DeviceAgent.Testbed.Tests.Shadow;

public sealed class ShadowMergeTests
{
    /// <summary>A section, what is merged into it, and what it is then.</summary>
    [Theory]
    [InlineData("""{}""", """{"a":1}""", """{"a":1}""")]
    [InlineData("""{"a":1}""", """{"a":2}""", """{"a":2}""")]
    [InlineData("""{"a":1}""", """{"b":2}""", """{"a":1,"b":2}""")]
    [InlineData("""{"a":1,"b":2}""", """{"a":null}""", """{"b":2}""")]
    [InlineData("""{"a":1}""", """{"x":null}""", """{"a":1}""")]
    [InlineData("""{"a":{"b":1,"c":2}}""", """{"a":{"b":3}}""", """{"a":{"b":3,"c":2}}""")]
    [InlineData("""{"a":{"b":1,"c":2}}""", """{"a":{"b":null}}""", """{"a":{"c":2}}""")]
    [InlineData("""{"a":{"b":1}}""", """{"a":{"b":null}}""", """{"a":{}}""")]
    [InlineData("""{"a":{"b":1}}""", """{"a":null}""", """{}""")]
    [InlineData("""{"a":{"b":1}}""", """{"a":5}""", """{"a":5}""")]
    [InlineData("""{"a":5}""", """{"a":{"b":1,"c":null}}""", """{"a":{"b":1}}""")]
    [InlineData("""{"a":[1,2,3]}""", """{"a":[4]}""", """{"a":[4]}""")]
    [InlineData("""{"a":[{"b":1}]}""", """{"a":[{"c":2}]}""", """{"a":[{"c":2}]}""")]
    [InlineData("""{"a":true}""", """{"a":false,"b":"x","c":[],"d":{}}""", """{"a":false,"b":"x","c":[],"d":{}}""")]
    public void Of_Patch_MergesObjectsAndReplacesTheRest(string before, string patch, string after)
    {
        var section = ShadowMerge.Of(ShadowSection.Empty, Parse(before), timestamp: 1);

        var merged = ShadowMerge.Of(section, Parse(patch), timestamp: 2);

        ShadowWorld.AssertJson(after, merged.Values);
        ShadowWorld.AssertJson(before, section.Values);
    }

    /// <summary>Set at 1, then patched at 2: when each value was set.</summary>
    [Theory]
    [InlineData("""{"a":1,"b":2}""", """{"b":2}""", """{"a":{"timestamp":1},"b":{"timestamp":2}}""")]
    [InlineData("""{"a":{"b":1,"c":2}}""", """{"a":{"c":3}}""", """{"a":{"b":{"timestamp":1},"c":{"timestamp":2}}}""")]
    [InlineData("""{"a":1}""", """{"a":null,"b":[1,2]}""", """{"b":[{"timestamp":2},{"timestamp":2}]}""")]
    [InlineData("""{"a":1}""", """{"a":[{"b":1},[2]]}""", """{"a":[{"b":{"timestamp":2}},[{"timestamp":2}]]}""")]
    [InlineData("""{"timestamp":7}""", """{"b":1}""", """{"timestamp":{"timestamp":1},"b":{"timestamp":2}}""")]
    [InlineData("""{"a":5}""", """{"a":{"b":1}}""", """{"a":{"b":{"timestamp":2}}}""")]
    public void Of_Patch_StampsWhatItSets(string before, string patch, string metadata)
    {
        var section = ShadowMerge.Of(ShadowSection.Empty, Parse(before), timestamp: 1);

        ShadowWorld.AssertJson(metadata, ShadowMerge.Of(section, Parse(patch), timestamp: 2).Metadata);
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
