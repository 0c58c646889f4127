using DeviceAgent.Storage;

namespace DeviceAgent.Tests.Storage;

public sealed class DurableFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_OldFileThere_IsReplacedAndNothingElseIsLeft()
    {
        var path = _folder.Write("state.json", "a longer old content");
        DurableFile.Write(path, "new"u8);
        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void Write_LeftoverOfAPowerCut_IsReplaced()
    {
        _folder.Write("state.json.new", "half of someth");
        DurableFile.Write(_folder.File("state.json"), "new"u8);
        Assert.Equal("new", File.ReadAllText(_folder.File("state.json")));
    }

    [Fact]
    public void Write_FolderMissing_Throws() =>
        Assert.ThrowsAny<IOException>(() => DurableFile.Write(_folder.File("gone/state.json"), "new"u8));
}
