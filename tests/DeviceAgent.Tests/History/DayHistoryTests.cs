using DeviceAgent.History;

namespace DeviceAgent.Tests.History;

public sealed class DayHistoryTests : IDisposable
{
    private const int Noon = 29_000_000;

    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLogger<DayHistory> _log = new();

    private string FilePath => _folder.File(DayHistory.FileName);

    [Fact]
    public void Add_MoreThanADay_KeepsTheLastDay()
    {
        var history = Open();
        for (var i = 0; i < DayHistory.MostSamples + 10; i++) Add(history, Noon + i, i);
        var (_, samples) = history.Read();
        Assert.Equal((DayHistory.MostSamples, Noon + 10, Noon + 1449), (samples.Count, samples[0].Minute, samples[^1].Minute));
        Assert.Equal(9, history.Read(Noon + 1440).Samples.Count);
    }

    [Fact]
    public void Add_ClockThatWasAhead_DropsWhatItHadStamped()
    {
        var history = Open();
        foreach (var minute in new[] { Noon, Noon + 1, Noon + 500, Noon + 501 }) Add(history, minute, 1);
        Add(history, Noon + 2, 2);
        Assert.Equal([Noon, Noon + 1, Noon + 2], history.Read().Samples.Select(s => s.Minute));
    }

    [Fact]
    public void Add_MoreNamesThanPlaces_KeepsTheFirstUntilOneWasSilentForADay()
    {
        var history = Open();
        Add(history, Noon, 0, [.. Enumerable.Range(0, 7).Select(i => ($"v{i}", (double)i))]);
        Assert.Equal(["v0", "v1", "v2", "v3", "v4", "v5"], history.Read().Series);
        Add(history, Noon + 1000, 0, [.. Enumerable.Range(1, 6).Select(i => ($"v{i}", (double)i))]);
        Assert.DoesNotContain("v6", history.Read().Series);
        Add(history, Noon + 1500, 0, ("v6", 66));
        var (series, samples) = history.Read();
        Assert.Equal(["v6", "v1", "v2", "v3", "v4", "v5"], series);
        Assert.Equal((66f, float.NaN), (samples[^1].Values[0], samples[^1].Values[1]));
    }

    [Fact]
    public void Save_ThenOpen_IsTheSame()
    {
        var history = Open();
        history.Save();
        Assert.False(File.Exists(FilePath));
        Add(history, Noon, 3, ("t", 21.5));
        Add(history, Noon + 1, 4, ("h", 40));
        history.Save();
        var (series, samples) = Open().Read();
        Assert.Equal(["t", "h"], series);
        Assert.Equal([(Noon, 3, 7, -1, 21.5f, float.NaN), (Noon + 1, 4, 7, -1, float.NaN, 40f)], samples.Select(s => (s.Minute, s.Waiting, s.Uploaded, s.CredentialAge, s.Values[0], s.Values[1])));
        Assert.Empty(_log.Entries);
    }

    /// <summary>What docs/agent.md says of its cost.</summary>
    [Fact]
    public void Save_AFullDay_TakesAtMostEightyKilobytes()
    {
        var history = Open();
        for (var i = 0; i < DayHistory.MostSamples; i++) Add(history, Noon + i, i, [.. Enumerable.Range(0, DayHistory.MostSeries).Select(v => ($"sensor-{v}", (double)i))]);
        history.Save();
        Assert.InRange(new FileInfo(FilePath).Length, 70_000, 80_000);
        Assert.Equal(DayHistory.MostSamples, Open().Read().Samples.Count);
    }

    [Theory]
    [InlineData("half")]
    [InlineData("flipped")]
    [InlineData("""{"version":2,"series":[],"samples":"","checksum":0}""")]
    [InlineData("""{"version":1,"series":[null],"samples":"","checksum":0}""")]
    [InlineData("[]")]
    [InlineData("")]
    public void Open_DamagedFile_IsSetAsideAndBeginsAnew(string damage)
    {
        var history = Open();
        Add(history, Noon, 3, ("t", 21.5));
        Add(history, Noon + 1, 3, ("t", 22.5));
        history.Save();
        var text = File.ReadAllText(FilePath);
        var at = text.IndexOf("\"samples\":\"", StringComparison.Ordinal) + 14;
        File.WriteAllText(FilePath, damage switch { "half" => text[..(text.Length / 2)], "flipped" => text[..at] + (text[at] == 'A' ? 'B' : 'A') + text[(at + 1)..], _ => damage });

        var fresh = Open();
        Assert.Empty(fresh.Read().Samples);
        Assert.Equal(3200, Assert.Single(_log.Entries).Id);
        Assert.True(File.Exists(FilePath + ".corrupt-1"));
        Add(fresh, Noon + 5, 1);
        fresh.Save();
        Assert.Single(Open().Read().Samples);
    }

    /// <summary>As the agent would not write it: the page could not be answered.</summary>
    [Theory]
    [InlineData(1, float.PositiveInfinity)]
    [InlineData(1, float.NegativeInfinity)]
    [InlineData(101, 1f)]
    public void Open_ValuesThatCannotBeShown_IsSetAside(int nameLength, float value)
    {
        var sample = new HistorySample { Minute = Noon, CredentialAge = HistorySample.None };
        sample.Values.Clear();
        sample.Values[0] = value;
        File.WriteAllText(FilePath, System.Text.Json.JsonSerializer.Serialize(HistoryRecord.Of([new string('v', nameLength)], [sample]), HistoryJson.Default.HistoryRecord));
        Assert.Empty(Open().Read().Samples);
        Assert.Equal(3200, Assert.Single(_log.Entries).Id);
        Assert.True(File.Exists(FilePath + ".corrupt-1"));
    }

    [Fact]
    public void Add_ValueThatIsTooLarge_IsLeftOut()
    {
        var history = Open();
        Add(history, Noon, 1, ("t", 1e300), ("h", double.NaN));
        history.Save();
        Assert.Single(Open().Read().Samples);
        Assert.Empty(_log.Entries);
    }

    public void Dispose() => _folder.Dispose();

    private DayHistory Open() => new(_folder.Path, _log);

    private static void Add(DayHistory history, int minute, int waiting, params (string Name, double Value)[] values) =>
        history.Add(new HistorySample { Minute = minute, Waiting = waiting, Uploaded = 7, CredentialAge = HistorySample.None }, values.Select(v => KeyValuePair.Create(v.Name, v.Value)));
}
