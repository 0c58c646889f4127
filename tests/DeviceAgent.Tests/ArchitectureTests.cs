using System.Runtime.CompilerServices;

namespace DeviceAgent.Tests;

/// <summary>Readings flow one way: sensing, spool, upload. What lies earlier knows nothing of what lies later.</summary>
public class ArchitectureTests
{
    [Theory]
    [InlineData("Spool", "Amazon", "DeviceAgent.Credentials", "DeviceAgent.Readings", "DeviceAgent.Upload", "DeviceAgent.Control", "DeviceAgent.Commands")]
    [InlineData("Readings", "Amazon", "DeviceAgent.Credentials", "DeviceAgent.Upload", "DeviceAgent.Control", "DeviceAgent.Commands", "Microsoft.Data.Sqlite")]
    [InlineData("Clock", "Amazon", "DeviceAgent.Credentials", "DeviceAgent.Readings", "DeviceAgent.Upload", "DeviceAgent.Commands", "Microsoft.Data.Sqlite")]
    [InlineData("Upload", "DeviceAgent.Control", "DeviceAgent.Commands", "DeviceAgent.Credentials", "Microsoft.Data.Sqlite")]
    [InlineData("Credentials", "Amazon", "DeviceAgent.Spool", "DeviceAgent.Readings", "DeviceAgent.Upload")]
    [InlineData("Local", "Amazon", "DeviceAgent.Commands", "DeviceAgent.Credentials", "Microsoft.Data.Sqlite")]
    [InlineData("Local", "Amazon", "DeviceAgent.Commands", "DeviceAgent.Credentials", "DeviceAgent.Spool", "DeviceAgent.Upload", "Microsoft.Data.Sqlite")]
    [InlineData("Diagnostics", "Amazon", "DeviceAgent.Spool", "DeviceAgent.Readings", "DeviceAgent.Upload", "DeviceAgent.Local", "DeviceAgent.Commands")]
    [InlineData("Control/Shadow", "Amazon", "DeviceAgent.Mqtt", "DeviceAgent.RoleAlias", "DeviceAgent.Commands", "Microsoft.Data.Sqlite")]
    [InlineData("Control/Jobs", "Amazon", "DeviceAgent.Mqtt", "DeviceAgent.RoleAlias", "DeviceAgent.Commands", "DeviceAgent.Spool", "DeviceAgent.Upload")]
    [InlineData("Control/Cloud", "Amazon", "DeviceAgent.Control.Shadow", "DeviceAgent.Control.Jobs", "DeviceAgent.RoleAlias", "DeviceAgent.Spool", "DeviceAgent.Upload")]
    [InlineData("RoleAlias", "Amazon", "DeviceAgent.Mqtt", "DeviceAgent.Control.Cloud", "DeviceAgent.Control.Shadow", "DeviceAgent.Control.Jobs", "DeviceAgent.Control", "DeviceAgent.Control", "DeviceAgent.Local", "DeviceAgent.Commands", "Microsoft.Data.Sqlite")]
    public void Folder_Sources_DoNotUse(string folder, params string[] forbidden)
    {
        var files = Directory.GetFiles(Path.Combine(SourceFolder(), folder), "*.cs", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        var uses = files.SelectMany(f => File.ReadLines(f).Where(l => forbidden.Any(n => l.Contains($"using {n};", StringComparison.Ordinal) || l.Contains($"{n}.", StringComparison.Ordinal))).Select(l => $"{Path.GetFileName(f)}: {l.Trim()}"));
        Assert.Empty(uses);
    }

    private static string SourceFolder([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", "src", "DeviceAgent"));
}
