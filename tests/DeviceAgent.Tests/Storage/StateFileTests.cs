using System.Text.Json.Serialization;
using DeviceAgent.Storage;

namespace DeviceAgent.Tests.Storage;

public sealed class StateFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_NoFile_IsNoValueAndNoProblem()
    {
        Assert.Equal(new StateReading<TestState>(null), Open().Read());
        Assert.Equal(new StateReading<TestState>(null), Open().Recover());
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Write_FolderMissing_IsMadeAndReadBack()
    {
        var file = Open("state/sub");
        file.Write(new TestState("a"));
        Assert.Equal(new StateReading<TestState>(new TestState("a")), file.Read());
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file.Path));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder.File("state/sub")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"name":null}""")]
    [InlineData("""{"name":"unwanted"}""")]
    public void Recover_DamagedFile_IsKeptAsideAndSaid(string content)
    {
        var path = _folder.Write("state.json", content);

        var reading = Open().Recover();

        Assert.Null(reading.Value);
        Assert.Null(reading.Fault);
        Assert.StartsWith($"'{path}' cannot be understood (", reading.Problem);
        Assert.EndsWith($"; it is kept as '{path}.corrupt-1'", reading.Problem);
        Assert.Equal(content, File.ReadAllText(path + ".corrupt-1"));
        Assert.Equal(new StateReading<TestState>(null), Open().Recover());
    }

    [Fact]
    public void Read_DamagedFile_IsSaidAndLeftAsItIs()
    {
        var path = _folder.Write("state.json", "{");
        Assert.StartsWith($"'{path}' cannot be understood (", Open().Read().Problem);
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
        Assert.Equal("{", File.ReadAllText(path));
    }

    [Fact]
    public void Recover_DamagedAgainAndAgain_TheNewestThreeAreKept()
    {
        for (var i = 1; i <= 5; i++)
        {
            _folder.Write("state.json", $"damaged {i}");
            Assert.NotNull(Open().Recover().Problem);
        }

        Assert.Equal(
            ["state.json.corrupt-3: damaged 3", "state.json.corrupt-4: damaged 4", "state.json.corrupt-5: damaged 5"],
            Directory.GetFiles(_folder.Path).Order(StringComparer.Ordinal).Select(f => $"{Path.GetFileName(f)}: {File.ReadAllText(f)}"));
    }

    [Fact]
    public void Read_TooLarge_IsNotLoaded()
    {
        _folder.Write("state.json", new string(' ', 1024 * 1024) + """{"name":"a"}""");
        Assert.Contains("larger than", Open().Read().Problem);
    }

    [Fact]
    public void Recover_FileThatCannotBeRead_StaysWhereItIs()
    {
        var path = _folder.Write("state.json", """{"name":"a"}""");
        using (TemporaryFolder.Unreadable(path))
        {
            var reading = Open().Recover();
            Assert.IsType<IOException>(reading.Fault, exactMatch: false);
            Assert.StartsWith($"'{path}' cannot be read (", reading.Problem);
        }

        Assert.Equal("a", Open().Read().Value!.Name);
    }

    [Fact]
    public void Write_AfterAFileThatCouldNotBeRead_IsRefusedUntilItIsGone()
    {
        var path = _folder.Write("state.json", """{"name":"a"}""");
        var file = Open();
        using (TemporaryFolder.Unreadable(path))
        {
            Assert.NotNull(file.Recover().Fault);
            Assert.Contains("could not be read and is therefore not overwritten", file.TryWrite(new TestState("b")), StringComparison.Ordinal);
        }

        // It can be read again, but what is in it is not known to who writes.
        Assert.Throws<IOException>(() => file.Write(new TestState("b")));
        Assert.Equal("""{"name":"a"}""", File.ReadAllText(path));

        File.Move(path, path + ".away");
        Assert.Null(file.TryWrite(new TestState("b")));
        Assert.Equal("b", Open().Read().Value!.Name);
    }

    [Fact]
    public void Read_FolderInItsPlace_IsAFaultAndNotAnEmptyFile()
    {
        Directory.CreateDirectory(_folder.File("state.json"));
        Assert.NotNull(Open().Read().Fault);
        Assert.NotNull(Open().Recover().Fault);
    }

    [Fact(Timeout = 30_000)]
    public async Task Recover_PipeInItsPlace_IsKeptAsideWithoutWaitingForItsOtherEnd()
    {
        var path = _folder.Pipe("state.json");
        var reading = await Task.Run(() => Open().Recover());
        Assert.Equal($"'{path}' cannot be understood (it is a named pipe, not a file); it is kept as '{path}.corrupt-1'", reading.Problem);
        Assert.Null(reading.Fault);
        Open().Write(new TestState("a"));
        Assert.Equal("a", Open().Read().Value!.Name);
    }

    [Fact]
    public void Write_KilledBeforeTheRename_TheOldContentCountsAndTheNextWriteSucceeds()
    {
        var file = Open();
        file.Write(new TestState("old"));
        _folder.Write("state.json.new", """{"name":"hal""");

        Assert.Equal(new StateReading<TestState>(new TestState("old")), Open().Recover());

        file.Write(new TestState("new"));
        Assert.Equal("new", Open().Read().Value!.Name);
        Assert.Equal([file.Path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void TryWrite_CannotBeWritten_SaysWhy()
    {
        _folder.Write("state", "a file where the folder was");
        Assert.NotNull(Open("state").TryWrite(new TestState("a")));
        Assert.Null(Open().TryWrite(new TestState("a")));
    }

    private StateFile<TestState> Open(string folder = "") => new(
        Path.Combine(_folder.Path, folder, "state.json"), TestStateJson.Default.TestState, s => s.Name == "unwanted" ? "nobody wants it" : null);
}

internal sealed record TestState(string Name);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TestState))]
internal sealed partial class TestStateJson : JsonSerializerContext;
