using System.Runtime.CompilerServices;

namespace DeviceAgent.Tests;

/// <summary>Readings flow one way: sensing, spool, upload. What lies earlier knows nothing of what lies later.</summary>
public class ArchitectureTests
{
    [Theory]
    [InlineData("Spool", "Amazon", "DeviceAgent.Credentials", "DeviceAgent.Sensing", "DeviceAgent.Upload", "DeviceAgent.Control", "DeviceAgent.Commands")]
    [InlineData("Sensing", "Amazon", "DeviceAgent.Credentials", "DeviceAgent.Upload", "DeviceAgent.Control", "DeviceAgent.Commands", "Microsoft.Data.Sqlite")]
    [InlineData("Clock", "Amazon", "DeviceAgent.Credentials", "DeviceAgent.Sensing", "DeviceAgent.Upload", "DeviceAgent.Commands", "Microsoft.Data.Sqlite")]
    [InlineData("Upload", "DeviceAgent.Control", "DeviceAgent.Commands", "DeviceAgent.Identity", "Microsoft.Data.Sqlite")]
    [InlineData("Identity", "Amazon", "DeviceAgent.Spool", "DeviceAgent.Sensing", "DeviceAgent.Upload")]
    [InlineData("LocalEndpoint", "Amazon", "DeviceAgent.Commands", "DeviceAgent.Identity", "Microsoft.Data.Sqlite")]
    [InlineData("LocalCredentials", "Amazon", "DeviceAgent.Commands", "DeviceAgent.Identity", "DeviceAgent.Spool", "DeviceAgent.Upload", "Microsoft.Data.Sqlite")]
    [InlineData("Diagnostics", "Amazon", "DeviceAgent.Spool", "DeviceAgent.Sensing", "DeviceAgent.Upload", "DeviceAgent.LocalEndpoint", "DeviceAgent.Commands")]
    [InlineData("Control/Shadow", "Amazon", "DeviceAgent.Mqtt", "DeviceAgent.Rotation", "DeviceAgent.Commands", "Microsoft.Data.Sqlite")]
    [InlineData("Control/Jobs", "Amazon", "DeviceAgent.Mqtt", "DeviceAgent.Rotation", "DeviceAgent.Commands", "DeviceAgent.Spool", "DeviceAgent.Upload")]
    [InlineData("Control/Settings", "Amazon", "DeviceAgent.Mqtt", "DeviceAgent.Control.Link", "DeviceAgent.Rotation", "DeviceAgent.Commands")]
    [InlineData("Control/Memory", "Amazon", "DeviceAgent.Mqtt", "DeviceAgent.Control.Link", "DeviceAgent.Rotation", "DeviceAgent.Commands")]
    [InlineData("Control/Link", "Amazon", "DeviceAgent.Control.Shadow", "DeviceAgent.Control.Jobs", "DeviceAgent.Rotation", "DeviceAgent.Spool", "DeviceAgent.Upload")]
    [InlineData("Rotation", "Amazon", "DeviceAgent.Mqtt", "DeviceAgent.Control.Link", "DeviceAgent.Control.Shadow", "DeviceAgent.Control.Jobs", "DeviceAgent.Control.Memory", "DeviceAgent.Control.Settings", "DeviceAgent.LocalEndpoint", "DeviceAgent.Commands", "Microsoft.Data.Sqlite")]
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
