using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Shadow;

namespace DeviceAgent.Testbed.Tests.Shadow;

public sealed class ShadowServiceTests : IDisposable
{
    private readonly ShadowWorld _world = new();

    [Fact]
    public void Get_BothSections_HoldsStateDeltaAndMetadata()
    {
        _world.Update("""{"state":{"reported":{"interval_s":60}}}""");
        _world.Time.Advance(TimeSpan.FromSeconds(10));
        _world.Update("""{"state":{"desired":{"interval_s":30}}}""");
        _world.Time.Advance(TimeSpan.FromSeconds(90));

        ShadowWorld.AssertJson(
            """
            {"state":{"desired":{"interval_s":30},"reported":{"interval_s":60},"delta":{"interval_s":30}},
             "metadata":{"desired":{"interval_s":{"timestamp":1772366410}},"reported":{"interval_s":{"timestamp":1772366400}},"delta":{"interval_s":{"timestamp":1772366410}}},
             "version":2,"timestamp":1772366500,"clientToken":"t"}
            """,
            _world.Shadows.Get(ShadowWorld.Classic, "t"));
    }

    [Fact]
    public void Update_WithNulls_EchoesTheRequestAndStampsWhatWasSet()
    {
        _world.Update("""{"state":{"desired":{"a":1},"reported":{"a":1}}}""");

        ShadowWorld.AssertJson(
            """{"state":{"desired":{"a":null,"b":[1]},"reported":null},"metadata":{"desired":{"b":[{"timestamp":1772366400}]}},"version":2,"timestamp":1772366400,"clientToken":"x"}""",
            _world.Update("""{"state":{"desired":{"a":null,"b":[1]},"reported":null},"clientToken":"x"}"""));
        ShadowWorld.AssertJson("""{"desired":{"b":[1]},"delta":{"b":[1]}}""", _world.State());
    }

    [Fact]
    public void Update_NullState_EmptiesTheDocumentAndKeepsTheShadow()
    {
        _world.Update("""{"state":{"desired":{"a":1}}}""");

        ShadowWorld.AssertJson("""{"state":null,"metadata":{},"version":2,"timestamp":1772366400}""", _world.Update("""{"state":null}"""));
        ShadowWorld.AssertJson("""{"state":{},"metadata":{},"version":2,"timestamp":1772366400}""", _world.Shadows.Get(ShadowWorld.Classic));
    }

    [Theory]
    [InlineData("""{"state":{"desired":{"a":null}}}""")]
    [InlineData("""{"state":{"desired":null}}""")]
    public void Update_LastValueDeleted_RemovesTheSection(string payload)
    {
        _world.Update("""{"state":{"desired":{"a":1},"reported":{"b":1}}}""");

        _world.Update(payload);

        ShadowWorld.AssertJson("""{"reported":{"b":1}}""", _world.State());
    }

    /// <summary>A client compares texts; a service that rounds or renames would go unnoticed otherwise.</summary>
    [Fact]
    public void Update_NumbersAndStrings_ComeBackAsTheyWere()
    {
        const string values = """{"a":1.0,"b":1e3,"c":-0.10,"d":12345678901234567890123,"e":0.1234567890123456789,"f":"21.5 °C <&> \" \\","g":""}""";
        _world.Send($"{ShadowWorld.Topic}/update", $$"""{"state":{"desired":{{values}} } }""");
        _world.Restart();
        _world.Send($"{ShadowWorld.Topic}/get", "");

        Assert.Contains($"\"desired\":{values}", _world.Bus.Text("/get/accepted"), StringComparison.Ordinal);
        Assert.Contains($"\"delta\":{values}", _world.Bus.Text("/get/accepted"), StringComparison.Ordinal);
        Assert.Contains($"\"state\":{values}", _world.Bus.Text("/update/delta"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void Update_Version_MustBeTheCurrentOne(long version, bool accepted)
    {
        Try($$"""{"state":{},"version":{{version}}}""", accepted);

        _world.Update("""{"state":{}}""");
        var current = (long)_world.Shadows.Get(ShadowWorld.Classic)["version"]!;
        Try($$"""{"state":{},"version":{{current - 1}}}""", accepted: false);
        Try($$"""{"state":{},"version":{{current + 1}}}""", accepted: false);
        Try($$"""{"state":{},"version":{{current}}}""", accepted: true);

        void Try(string payload, bool accepted)
        {
            if (accepted) _world.Update(payload);
            else Assert.Equal((409, "Version conflict"), Refusal(() => _world.Update(payload)));
        }
    }

    [Fact]
    public void Get_NoShadow_NamesIt()
    {
        Assert.Equal((404, "No shadow exists with name: 'boiler-07'"), Refusal(() => _world.Shadows.Get(ShadowWorld.Classic)));
        Assert.Equal((404, "No shadow exists with name: 'device-agent'"), Refusal(() => _world.Shadows.Get(ShadowWorld.Named)));
        Assert.Equal(404, Refusal(() => _world.Shadows.Delete(ShadowWorld.Named)).Code);
        Assert.Null(_world.Shadows.Find(ShadowWorld.Named));
    }

    [Theory]
    [InlineData(47.9, 4)]
    [InlineData(48.1, 1)]
    public void Update_AfterDelete_GoesOnWithTheVersionFor48Hours(double hours, long version)
    {
        _world.Update("""{"state":{"desired":{"a":1}}}""");
        _world.Update("""{"state":{"desired":{"a":2}}}""");
        ShadowWorld.AssertJson("""{"version":2,"timestamp":1772366400,"clientToken":"d"}""", _world.Shadows.Delete(ShadowWorld.Classic, "d"));
        Assert.Equal(404, Refusal(() => _world.Shadows.Get(ShadowWorld.Classic)).Code);
        Assert.Equal(404, Refusal(() => _world.Shadows.Delete(ShadowWorld.Classic)).Code);

        _world.Time.Advance(TimeSpan.FromHours(hours));
        _world.Restart();

        Assert.Equal(version, (long)_world.Update("""{"state":{"reported":{"b":1}}}""")["version"]!);
        ShadowWorld.AssertJson("""{"reported":{"b":1}}""", _world.State());
    }

    [Fact]
    public void Update_StateAtItsLimit_DoesNotCountMetadata()
    {
        var half = new string('x', 4000);
        _world.Update(Setting("desired", half));
        var room = ShadowService.MaximumStateBytes - """{"desired":{"a":""},"reported":{"a":""}}""".Length - half.Length;

        Assert.Equal((413, "The payload exceeds the maximum size allowed"), Refusal(() => _world.Update(Setting("reported", new string('y', room + 1)))));
        Assert.Equal(1, (long)_world.Shadows.Get(ShadowWorld.Classic)["version"]!);
        _world.Update(Setting("reported", new string('y', room)));

        static string Setting(string section, string value) => new JsonObject { ["state"] = new JsonObject { [section] = new JsonObject { ["a"] = value } } }.ToJsonString();
    }

    [Fact]
    public void NamesOf_NamedShadows_LeavesOutTheClassicOneAndOtherThings()
    {
        _world.Update("""{"state":{}}""");
        _world.Update("""{"state":{}}""", ShadowKey.Of("boiler-07", "b"));
        _world.Update("""{"state":{}}""", ShadowKey.Of("boiler-07", "$a"));
        _world.Update("""{"state":{}}""", ShadowKey.Of("boiler-07", "gone"));
        _world.Update("""{"state":{}}""", ShadowKey.Of("boiler-071", "c"));
        _world.Shadows.Delete(ShadowKey.Of("boiler-07", "gone")!);

        Assert.Equal(["$a", "b"], _world.Shadows.NamesOf("boiler-07"));
        Assert.Empty(_world.Shadows.NamesOf("nobody"));
    }

    [Fact]
    public void Restart_Shadows_AreAsTheyWere()
    {
        _world.Update("""{"state":{"desired":{"a":{"b":[1,"x"]}},"reported":{"a":{}}}}""", ShadowWorld.Named);
        var before = _world.Shadows.Get(ShadowWorld.Named);

        _world.Restart();

        Assert.Equal(before.ToJsonString(), _world.Shadows.Get(ShadowWorld.Named).ToJsonString());
    }

    [Fact]
    public void Changed_UpdateAndDelete_AreToldInOrder()
    {
        var told = new List<string>();
        _world.Shadows.Changed += change => told.Add($"{change.Key.Id} {change.Action} {change.Accepted["version"]}");

        _world.Update("""{"state":{}}""", ShadowWorld.Named);
        Assert.Throws<ShadowException>(() => _world.Update("{}", ShadowWorld.Named));
        _world.Shadows.Delete(ShadowWorld.Named);

        Assert.Equal(["boiler-07/device-agent update 1", "boiler-07/device-agent delete 1"], told);
    }

    [Fact]
    public async Task Update_ManyAtOnce_LosesNone()
    {
        var told = new List<long>();
        _world.Shadows.Changed += change => told.Add((long)change.Accepted["version"]!);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (var i = 0; i < 10; i++) _world.Update($$"""{"state":{"reported":{"w{{worker}}":{{i}} } } }""");
        })));

        Assert.Equal(Enumerable.Range(1, 80).Select(n => (long)n), told);
        Assert.All((JsonObject)_world.State()!["reported"]!, pair => Assert.Equal(9, (int)pair.Value!));
    }

    public void Dispose() => _world.Dispose();

    private static (int Code, string Message) Refusal(Func<object> act)
    {
        var refusal = Assert.Throws<ShadowException>(act);
        return (refusal.Code, refusal.Message);
    }
}
