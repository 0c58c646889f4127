using DeviceAgent.Settings;

namespace DeviceAgent.Tests.Settings;

/// <summary>A folder is not made beside the configuration because a path was written for a shell or for Windows.</summary>
public sealed class PathFormTests
{
    [Theory]
    [InlineData("~/state", "without a shell")]
    [InlineData("~pi/state", "without a shell")]
    [InlineData("$HOME/state", "without a shell")]
    [InlineData("/var/${USER}/state", "without a shell")]
    [InlineData("%S/agent", "without systemd")]
    [InlineData("file:///var/lib/agent", "is an address")]
    [InlineData("C:\\ProgramData\\agent", "path of Windows")]
    [InlineData("c:/agent", "path of Windows")]
    [InlineData("state\\spool", "path of Windows")]
    [InlineData("state ", "white space")]
    public void FindProblem_WrittenForSomethingElse_IsNamed(string path, string expected) => Assert.Contains(expected, PathForm.FindProblem(path), StringComparison.Ordinal);

    [Theory]
    [InlineData("/var/lib/device-agent")]
    [InlineData("state")]
    [InlineData("../my state/~x/100%/a$")]
    public void FindProblem_APath_IsNone(string path) => Assert.Null(PathForm.FindProblem(path));
}
