using DeviceAgent.Rigs.Support;

namespace DeviceAgent.IntegrationTests;

/// <summary>Each script tells what it does, and does nothing, when it is asked for help.</summary>
public sealed class ScriptHelpTests
{
    [Fact]
    public async Task Help_OfEachScript_IsOnStandardOutputWithExitCode0()
    {
        var scripts = Directory.GetFiles(Repository.File("scripts"), "*.sh").Append(Repository.File("certs-sample", "make-certs.sh"))
            .Where(s => OperatingSystem.IsWindows() || File.GetUnixFileMode(s).HasFlag(UnixFileMode.UserExecute)).Order(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(scripts);
        foreach (var script in scripts)
        {
            // One that does not know the option would begin its work.
            Assert.Contains("--help)", await File.ReadAllTextAsync(script), StringComparison.Ordinal);
            var result = await Command.RunAsync(script, ["--help"]);
            Assert.True(result.ExitCode == 0 && result.Error.Length == 0 && result.Output.Length > 0, $"{script}: {result.ExitCode}, {result.Output}{result.Error}");
        }
    }
}
