using System.Diagnostics;
using DeviceAgent.Storage;

namespace DeviceAgent.Tests.Storage;

public sealed class AccessRemedyTests : IDisposable
{
    private const UnixFileMode ForTheGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Needs root: another one cannot give a file to the group daemon.</summary>
    [Theory]
    [InlineData("folder/socket", "sudo usermod -aG daemon nobody, then log in again; or run this by sudo")]
    [InlineData("file", "sudo usermod -aG daemon nobody, then log in again; or run this by sudo")]
    [InlineData("closed/file", "run this by sudo")]
    [InlineData("none", "run this by sudo")]
    public void For_AnotherUser_NamesTheGroupThatMay(string path, string expected)
    {
        if (OperatingSystem.IsWindows() || Environment.UserName != "root") return;
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_101_101);
        foreach (var name in new[] { "folder/socket", "closed/file", "file" }) _folder.Write(name, "");
        foreach (var (name, mode) in new[] { ("folder", ForTheGroup), ("file", ForTheGroup & ~UnixFileMode.GroupExecute), ("closed", ForTheGroup & ~(UnixFileMode.GroupRead | UnixFileMode.GroupExecute)) })
        {
            File.SetUnixFileMode(_folder.File(name), mode);
            using var chgrp = Process.Start("chgrp", ["daemon", _folder.File(name)]);
            chgrp.WaitForExit();
            Assert.Equal(0, chgrp.ExitCode);
        }

        Assert.Equal(expected, AccessRemedy.For(_folder.File(path), LocalUsers.IdOf("nobody")!.Value));
    }
}
