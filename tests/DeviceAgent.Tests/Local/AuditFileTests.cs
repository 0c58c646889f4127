using DeviceAgent.Local;

namespace DeviceAgent.Tests.Local;

public sealed class AuditFileTests
{
    private static readonly byte[] Line = "0123456789\n"u8.ToArray();

    [Fact]
    public void Append_BeyondTheBound_GoesOnInANewFileAndKeepsOneOldOne()
    {
        using var folder = new TemporaryFolder();
        var file = new AuditFile(folder.Path, maxBytes: 3 * Line.Length);

        for (var i = 0; i < 3; i++) file.Append([Line]);
        Assert.False(File.Exists(file.Path + ".1"));
        file.Append([Line]);
        Assert.Equal((1, 3), (Lines(file.Path), Lines(file.Path + ".1")));
        for (var i = 0; i < 3; i++) file.Append([Line]);
        Assert.Equal((1, 3), (Lines(file.Path), Lines(file.Path + ".1")));

        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
        foreach (var path in Directory.GetFiles(folder.Path))
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact(Timeout = 30_000)]
    public async Task Append_PipeInItsPlace_IsRefusedWithoutWaitingForAReader()
    {
        using var folder = new TemporaryFolder();
        folder.Pipe(AuditFile.Name);
        var refused = await Assert.ThrowsAnyAsync<IOException>(() => Task.Run(() => new AuditFile(folder.Path).Append([Line])));
        Assert.Contains("a named pipe", refused.Message, StringComparison.Ordinal);
    }

    private static int Lines(string path) => File.ReadAllLines(path).Length;
}
