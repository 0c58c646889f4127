using DeviceAgent.Commands.Doctor;

namespace DeviceAgent.Tests.Commands.Doctor;

public sealed class SystemdCheckTests
{
    [Theory]
    [InlineData("not-found", "inactive", "dead", "", nameof(FindingResult.Skipped), "there is no unit")]
    [InlineData("loaded", "active", "running", "enabled", nameof(FindingResult.Ok), "is active (running), restarted 2 times")]
    [InlineData("loaded", "active", "running", "disabled", nameof(FindingResult.Warning), "will not start at the next boot")]
    [InlineData("loaded", "inactive", "dead", "enabled", nameof(FindingResult.Warning), "does not run.")]
    [InlineData("loaded", "inactive", "dead", "disabled", nameof(FindingResult.Warning), "nor will it after a boot")]
    [InlineData("loaded", "failed", "failed", "enabled", nameof(FindingResult.Failure), "has failed (exit-code, exit code 78)")]
    [InlineData("loaded", "activating", "auto-restart", "enabled", nameof(FindingResult.Failure), "ends again and again (exit-code, exit code 78, 2 restarts)")]
    public void Judge_Unit_SaysHowItIs(string load, string active, string sub, string file, string result, string text)
    {
        var finding = SystemdCheck.Judge($"LoadState={load}\nActiveState={active}\nSubState={sub}\nUnitFileState={file}\nResult=exit-code\nExecMainStatus=78\nNRestarts=2\n");
        Assert.Equal(result, finding.Result.ToString());
        Assert.Contains(text, finding.What, StringComparison.Ordinal);
        Assert.Equal(finding.Result is FindingResult.Warning or FindingResult.Failure, finding.Remedy is not null);
    }
}
