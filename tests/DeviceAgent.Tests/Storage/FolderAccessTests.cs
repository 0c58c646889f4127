using DeviceAgent.Storage;

namespace DeviceAgent.Tests.Storage;

public sealed class FolderAccessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void MakeProblem_FolderThatIsThereOrCouldBeMade_IsNone()
    {
        Assert.Null(FolderAccess.MakeProblem(_folder.Path));
        Assert.Null(FolderAccess.MakeProblem(_folder.File("a/b/c")));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void MakeProblem_BelowAFile_NamesIt()
    {
        var file = _folder.Write("file", "");
        Assert.Equal($"'{file}' is a file", FolderAccess.MakeProblem(Path.Combine(file, "a/b")));
    }

    [Fact]
    public void WriteProblem_FolderThatIsNotThere_SaysSo() => Assert.Contains("none' cannot be written to (", FolderAccess.WriteProblem(_folder.File("none")));

    [Theory]
    [InlineData("/proc/state")]
    [InlineData("/sys/state/spool")]
    public void MakeProblem_WhereTheKernelMakesTheFolders_IsKnownForRootAsWell(string folder)
    {
        if (OperatingSystem.IsLinux()) Assert.NotNull(FolderAccess.MakeProblem(folder));
    }
}
