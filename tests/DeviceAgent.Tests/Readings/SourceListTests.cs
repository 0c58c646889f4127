using System.Text.Json.Nodes;
using DeviceAgent.Readings;
using DeviceAgent.Settings;

namespace DeviceAgent.Tests.Readings;

public sealed class SourceListTests
{
    [Fact]
    public void Read_OneSource_HasNoNameAndTheDevicesSerialNumber()
    {
        var source = Assert.Single(Read("""{ "source": { "kind": "simulated" } }"""));
        Assert.Equal((null, null, "source", "simulated"), (source.Name, source.SerialNumber, source.Section, source.Shown));
    }

    [Fact]
    public void Read_SeveralByName_AreInTheirOrderWithTheirSettings()
    {
        var sources = Read("""{ "sources": { "room": { "kind": "linux", "intervalSeconds": 60 }, "meter": { "kind": "stdin", "serialNumber": "meter-7" } } }""");
        Assert.Equal(["room (linux)", "meter (stdin)"], sources.Select(s => s.Shown));
        Assert.Equal(["sources.room", "sources.meter"], sources.Select(s => s.Section));
        Assert.Equal([null, "meter-7"], sources.Select(s => s.SerialNumber));
        Assert.Equal(60, sources[0].Interval.TotalSeconds);
    }

    [Fact]
    public void Read_AList_IsNumberedFromZero() =>
        Assert.Equal(["0 (linux)", "1 (simulated)"], Read("""{ "sources": [ { "kind": "linux" }, { "kind": "simulated" } ] }""").Select(s => s.Shown));

    [Fact]
    public void Read_LaterLayer_AddsToASourceWithoutRegardToCase()
    {
        var sources = Read("""{ "sources": { "room": { "kind": "linux" } } }""", """{ "SOURCES": { "ROOM": { "INTERVALSECONDS": "7" }, "meter": { "kind": "simulated" } } }""");
        Assert.Equal(["room (linux)", "meter (simulated)"], sources.Select(s => s.Shown));
        Assert.Equal(7, sources[0].Interval.TotalSeconds);
    }

    [Theory]
    [InlineData("""{ "source": { "kind": "none" }, "sources": { "a": { "kind": "linux" } } }""", "source", "is set beside sources: make it one of them")]
    [InlineData("""{ "sources": {} }""", "sources", "names no source")]
    [InlineData("""{ "sources": [] }""", "sources", "names no source")]
    [InlineData("""{ "sources": "linux" }""", "sources", "must be an object")]
    [InlineData("""{ "sources": { "a": "linux" } }""", "sources.a", "must be an object")]
    [InlineData("""{ "sources": { "a": {} } }""", "sources.a.kind", "is missing")]
    [InlineData("""{ "sources": { "a": { "kind": "linux", "file": 3, "colour": 1 } } }""", "sources.a.colour", "is not a setting")]
    [InlineData("""{ "sources": { "a": { "kind": "none" } } }""", "sources.a.kind", "leave this source out")]
    [InlineData("""{ "sources": { "a": { "kind": "linux" }, "b": { "kind": "linux" } } }""", "sources.b.kind", "is that of sources.a already, and there can be only one: it reads all sensors")]
    [InlineData("""{ "sources": [ { "kind": "stdin" }, { "kind": "stdin" } ] }""", "sources.1.kind", "is that of sources.0 already, and there can be only one")]
    [InlineData("""{ "sources": { "a b": { "kind": "linux" } } }""", "sources.a b", "the name of a source must be 1 to 32 of A-Z a-z 0-9 _ -")]
    [InlineData("""{ "source": { "kind": "linux", "serialNumber": "x" } }""", "source.serialNumber", "is not a setting")]
    public void Read_WrongSources_SaysWhichAndWhat(string json, string key, string problem)
    {
        var errors = new List<ConfigurationError>();
        Read(errors, json);
        Assert.Contains(errors, e => e.Key == key && e.Problem.StartsWith(problem, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_MoreThanSixteen_IsRefused()
    {
        var errors = new List<ConfigurationError>();
        Read(errors, $$"""{ "sources": [ {{string.Join(", ", Enumerable.Repeat("""{ "kind": "simulated" }""", 17))}} ] }""");
        Assert.Equal(("sources", "has 17 sources; at most 16 can be read at once"), errors.Select(e => (e.Key, e.Problem)).Single());
    }

    private static IReadOnlyList<SourceOptions> Read(params string[] layers)
    {
        var errors = new List<ConfigurationError>();
        var sources = Read(errors, layers);
        Assert.Empty(errors);
        return sources;
    }

    private static IReadOnlyList<SourceOptions> Read(List<ConfigurationError> errors, params string[] layers) =>
        SourceList.Read(new SettingsReader("", [.. layers.Select(l => new SettingsLayer(null, JsonNode.Parse(l)!.AsObject()))], "/", errors), new HashSet<string>());
}
