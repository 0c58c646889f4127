using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Shadow;

namespace DeviceAgent.Testbed.Tests.Shadow;

public sealed class ShadowDeltaTests
{
    /// <summary>Desired, reported, what parts them; null when nothing does.</summary>
    [Theory]
    [InlineData("""{"a":1}""", """{"a":1}""", null)]
    [InlineData("""{"a":1}""", """{"a":1,"b":2}""", null)]
    [InlineData("""{"a":1}""", """{"a":1.0}""", null)]
    [InlineData("""{"a":1}""", """{"a":"1"}""", """{"a":1}""")]
    [InlineData("""{"a":1}""", """{"b":1}""", """{"a":1}""")]
    [InlineData("""{"a":1,"b":2}""", """{"a":1,"b":3}""", """{"b":2}""")]
    [InlineData("""{"a":{"b":1,"c":2}}""", """{"a":{"b":1,"c":3}}""", """{"a":{"c":2}}""")]
    [InlineData("""{"a":{"b":1}}""", """{"a":7}""", """{"a":{"b":1}}""")]
    [InlineData("""{"a":7}""", """{"a":{"b":1}}""", """{"a":7}""")]
    [InlineData("""{"a":{}}""", """{}""", null)]
    [InlineData("""{"a":[1,2]}""", """{"a":[1,2]}""", null)]
    [InlineData("""{"a":[1,2]}""", """{"a":[2,1]}""", """{"a":[1,2]}""")]
    [InlineData("""{"a":[{"b":1}]}""", """{"a":[{"b":1,"c":2}]}""", """{"a":[{"b":1}]}""")]
    [InlineData("""{"a":false}""", """{"a":true}""", """{"a":false}""")]
    public void Of_Sections_IsWhatIsDesiredAndNotReported(string desired, string reported, string? delta)
    {
        var difference = ShadowDelta.Of(Section(desired, 1), Section(reported, 2));

        if (delta is null) Assert.Null(difference);
        else ShadowWorld.AssertJson(delta, difference!.Values);
    }

    [Fact]
    public void Of_NothingReported_IsAllThatIsDesiredWithItsMetadata()
    {
        var delta = ShadowDelta.Of(Section("""{"a":{"b":1},"c":[1,2]}""", 5), null)!;

        ShadowWorld.AssertJson("""{"a":{"b":1},"c":[1,2]}""", delta.Values);
        ShadowWorld.AssertJson("""{"a":{"b":{"timestamp":5}},"c":[{"timestamp":5},{"timestamp":5}]}""", delta.Metadata);
    }

    [Fact]
    public void Of_NothingDesired_IsNone() => Assert.Null(ShadowDelta.Of(null, Section("""{"a":1}""", 1)));

    private static ShadowSection Section(string json, long timestamp) => ShadowMerge.Of(ShadowSection.Empty, JsonNode.Parse(json)!.AsObject(), timestamp);
}
