using System.Text;
using DeviceAgent.Readings;
using DeviceAgent.Spool;
using DeviceAgent.Upload;

namespace DeviceAgent.Tests.Upload;

/// <summary>The seam for a second sink: the real uploader and the real rules with a sink that knows nothing of DynamoDB.</summary>
public sealed class FileSinkTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FileSink _sink;
    private readonly UploadRig _rig;

    public FileSinkTests()
    {
        _sink = new FileSink(Path.Combine(_folder.Path, "sink", "readings"));
        _rig = new UploadRig { Sink = _sink, Options = new UploadOptions { MaxConcurrency = 1 } };
    }

    [Fact]
    public async Task Run_MoreReadingsThanARequestTakes_ArriveInSeveralInTheirOrder()
    {
        MakeFolder();
        _rig.Spool.Fill(25);
        await _rig.StartAsync();
        await _rig.Spool.WhenEmptyAsync();
        Assert.Equal([10, 10, 5], _sink.Requests);
        Assert.Equal(Enumerable.Range(1, 25).Select(n => $"\"n\":{n}}}"), Lines().Select(l => l[l.IndexOf("\"n\"", StringComparison.Ordinal)..]));
    }

    [Fact]
    public async Task Run_LargeReadings_AreSplitByTheSinksBytes()
    {
        MakeFolder();
        for (var i = 1; i <= 4; i++) _rig.Spool.Add(TestItems.Noon.AddSeconds(i), null, Encoding.UTF8.GetBytes($$"""{"serial_number":"SN1","text":"{{new string('x', 1500)}}"}"""));
        await _rig.StartAsync();
        await _rig.Spool.WhenEmptyAsync();
        Assert.Equal([2, 2], _sink.Requests);
    }

    [Fact]
    public async Task Run_FolderIsMissing_IsToldAndWaitedFor()
    {
        _rig.Spool.Fill(3);
        await _rig.StartAsync();
        await _rig.Time.WaitForTimersAsync(1);
        Assert.Equal((UploadMode.Parked, "Make it."), (_rig.State.Status.Mode, _rig.State.Status.Remedy));
        MakeFolder();
        _rig.Time.Advance(_rig.Time.NextTimer!.Value);
        await _rig.Spool.WhenEmptyAsync();
        Assert.Equal(3, Lines().Length);
    }

    [Fact]
    public async Task Run_FileCannotBeWritten_IsTriedAgain()
    {
        MakeFolder();
        _rig.Spool.AfterPeek = () =>
        {
            _rig.Spool.AfterPeek = null;
            Directory.Delete(Path.Combine(_folder.Path, "sink"));
        };
        _rig.Spool.Fill(3);
        await _rig.StartAsync();
        await _rig.Time.WaitForTimersAsync(1);
        Assert.Equal((UploadMode.BackingOff, 3L), (_rig.State.Status.Mode, _rig.Spool.Count));
        MakeFolder();
        _rig.Time.Advance(_rig.Time.NextTimer!.Value);
        await _rig.Spool.WhenEmptyAsync();
        Assert.Equal([3, 3], _sink.Requests);
        Assert.Equal(3, Lines().Length);
    }

    [Fact]
    public async Task Run_OneReadingIsRefused_IsSetAsideAndTheOthersArrive()
    {
        MakeFolder();
        _rig.Spool.Fill(4);
        _rig.Spool.Add(TestItems.Noon.AddHours(1), null, """{"serial_number":"SN1","forbidden":1}"""u8.ToArray());
        _rig.Spool.Fill(3);
        await _rig.StartAsync();
        await _rig.Spool.WhenEmptyAsync();
        Assert.Equal([(5L, "A reading is forbidden.")], _rig.Spool.DeadLetters);
        Assert.Equal(7, Lines().Length);
    }

    [Theory]
    [InlineData("""{"t":1}""", null)]
    [InlineData("""{"t":123456789012345678901}""", "too long")]
    [InlineData("""{"t":[[[1]]]}""", "nested deeper than 2 levels")]
    [InlineData("""{"t":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}""", "the limit is 200")]
    public void Ingest_JudgesByTheSinksLimits(string json, string? expected)
    {
        var timestamps = new LiveTimestamps(_rig.Time);
        timestamps.Open(_ => DateTimeOffset.UnixEpoch);
        var entry = new Ingest(_sink.ReadingLimits, timestamps, "SN1").TryAccept(ReadingJson.TryReadStored(Encoding.UTF8.GetBytes(json), out _)!, SpoolClass.Normal, out var problem);
        Assert.Equal(expected is null, entry is not null);
        Assert.Contains(expected ?? "", problem ?? "", StringComparison.Ordinal);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    private void MakeFolder() => Directory.CreateDirectory(Path.Combine(_folder.Path, "sink"));

    private string[] Lines() => File.ReadAllLines(Path.Combine(_folder.Path, "sink", "readings"));
}
