using System.Text;

namespace DeviceAgent.Testbed.Tests.Shadow;

public sealed class ShadowTopicsTests : IDisposable
{
    private const string Named = ShadowWorld.Topic + "/name/device-agent";

    private readonly ShadowWorld _world = new();

    [Fact]
    public void Update_Difference_IsAcceptedThenDeltaThenDocuments()
    {
        _world.Update("""{"state":{"reported":{"interval_s":60}}}""", ShadowWorld.Named);
        _world.Time.Advance(TimeSpan.FromSeconds(5));
        _world.Bus.Clear();

        Assert.True(_world.Send($"{Named}/update", """{"state":{"desired":{"interval_s":30}},"clientToken":"a1","version":1}"""));

        Assert.Equal([$"{Named}/update/accepted", $"{Named}/update/delta", $"{Named}/update/documents"], _world.Bus.Topics);
        ShadowWorld.AssertJson(
            """{"state":{"desired":{"interval_s":30}},"metadata":{"desired":{"interval_s":{"timestamp":1772366405}}},"version":2,"timestamp":1772366405,"clientToken":"a1"}""",
            _world.Bus.Json("/update/accepted"));
        ShadowWorld.AssertJson(
            """{"state":{"interval_s":30},"metadata":{"interval_s":{"timestamp":1772366405}},"version":2,"timestamp":1772366405,"clientToken":"a1"}""",
            _world.Bus.Json("/update/delta"));
        ShadowWorld.AssertJson(
            """
            {"previous":{"state":{"reported":{"interval_s":60}},"metadata":{"reported":{"interval_s":{"timestamp":1772366400}}},"version":1},
             "current":{"state":{"desired":{"interval_s":30},"reported":{"interval_s":60}},
                        "metadata":{"desired":{"interval_s":{"timestamp":1772366405}},"reported":{"interval_s":{"timestamp":1772366400}}},"version":2},
             "timestamp":1772366405,"clientToken":"a1"}
            """,
            _world.Bus.Json("/update/documents"));
    }

    [Fact]
    public void Update_NoDifference_SendsNoDelta()
    {
        _world.Send($"{ShadowWorld.Topic}/update", """{"state":{"desired":{"a":1},"reported":{"a":1}}}""");

        Assert.Equal([$"{ShadowWorld.Topic}/update/accepted", $"{ShadowWorld.Topic}/update/documents"], _world.Bus.Topics);
    }

    /// <summary>A delta holds all that is open, not only what the update brought.</summary>
    [Fact]
    public void Update_OlderDifference_IsInTheDeltaToo()
    {
        _world.Send($"{ShadowWorld.Topic}/update", """{"state":{"desired":{"a":1}}}""");
        _world.Send($"{ShadowWorld.Topic}/update", """{"state":{"desired":{"b":2}}}""");

        ShadowWorld.AssertJson("""{"a":1,"b":2}""", _world.Bus.Json("/update/delta")["state"]);
    }

    [Theory]
    [InlineData("update", """{"clientToken":"t"}""", """{"code":400,"message":"Missing required node: state","timestamp":1772366400,"clientToken":"t"}""")]
    [InlineData("update", """{"state":{},"version":5,"clientToken":"t"}""", """{"code":409,"message":"Version conflict","timestamp":1772366400,"clientToken":"t"}""")]
    [InlineData("update", "nonsense", """{"code":400,"message":"Invalid JSON","timestamp":1772366400}""")]
    [InlineData("get", "", """{"code":404,"message":"No shadow exists with name: 'boiler-07'","timestamp":1772366400}""")]
    [InlineData("get", """{"clientToken":"t"}""", """{"code":404,"message":"No shadow exists with name: 'boiler-07'","timestamp":1772366400,"clientToken":"t"}""")]
    [InlineData("get", "nonsense", """{"code":400,"message":"Invalid JSON","timestamp":1772366400}""")]
    [InlineData("get", """{"clientToken":7}""", """{"code":400,"message":"Invalid clientToken","timestamp":1772366400}""")]
    [InlineData("delete", "nonsense", """{"code":404,"message":"No shadow exists with name: 'boiler-07'","timestamp":1772366400}""")]
    public void Request_Refused_SaysWhyOnRejected(string action, string payload, string rejected)
    {
        Assert.True(_world.Send($"{ShadowWorld.Topic}/{action}", payload));

        Assert.Equal($"{ShadowWorld.Topic}/{action}/rejected", Assert.Single(_world.Bus.Topics));
        ShadowWorld.AssertJson(rejected, _world.Bus.Json("/rejected"));
    }

    [Fact]
    public void Delete_AnyPayload_IsAccepted()
    {
        _world.Update("""{"state":{"desired":{"a":1}}}""");
        _world.Bus.Clear();

        _world.Send($"{ShadowWorld.Topic}/delete", Encoding.Latin1.GetBytes("ü"));

        Assert.Equal($"{ShadowWorld.Topic}/delete/accepted", Assert.Single(_world.Bus.Topics));
        ShadowWorld.AssertJson("""{"version":1,"timestamp":1772366400}""", _world.Bus.Json("/delete/accepted"));
    }

    [Fact]
    public void NamedAndClassic_OneThing_AreApart()
    {
        _world.Send($"{ShadowWorld.Topic}/update", """{"state":{"desired":{"a":1}}}""");
        _world.Send($"{Named}/update", """{"state":{"desired":{"a":2}}}""");
        _world.Send($"{ShadowWorld.Topic}/get", "");

        ShadowWorld.AssertJson("""{"desired":{"a":1},"delta":{"a":1}}""", _world.Bus.Json("/shadow/get/accepted")["state"]);
    }

    [Theory]
    [InlineData("$aws/things/boiler-07/shadow/update/accepted")]
    [InlineData("$aws/things/boiler-07/shadow/device-agent/update")]
    [InlineData("$aws/things/boiler-07/shadow/name/device-agent")]
    [InlineData("$aws/things/boiler-07/shadow")]
    [InlineData("$aws/things/boiler 07/shadow/get")]
    [InlineData("$aws/things//shadow/get")]
    [InlineData("$aws/things/boiler-07/shadow/name//get")]
    [InlineData("$aws/things/boiler-07/jobs/get")]
    [InlineData("aws/things/boiler-07/shadow/get")]
    public void OtherTopics_AreNotTaken(string topic)
    {
        Assert.False(_world.Send(topic, ""));
        Assert.Empty(_world.Bus.Topics);
    }

    [Fact]
    public void LongNames_AtTheirLimits_AreTaken()
    {
        var (thing, name) = (new string('t', 128), new string('$', 64));

        Assert.True(_world.Send($"$aws/things/{thing}/shadow/name/{name}/get", ""));
        Assert.False(_world.Send($"$aws/things/{thing}t/shadow/name/{name}/get", ""));
        Assert.False(_world.Send($"$aws/things/{thing}/shadow/name/{name}$/get", ""));
    }

    public void Dispose() => _world.Dispose();
}
