using DeviceAgent.Rigs.Support;

namespace DeviceAgent.IntegrationTests.Control;

/// <summary>The agent is killed again and again after an operator has changed a setting.</summary>
public sealed class SettingsRollbackTests
{
    [Fact]
    public async Task Shadow_AgentKilledThreeTimesAfterAChange_TheSettingIsRolledBackAndReported()
    {
        await using var device = await ControlledDevice.StartAsync();
        await device.UntilAsync(s => (string?)s["health"] == "ok");
        device.WantBatchSize(7);
        await device.UntilAsync(s => (int?)s["upload"]?["batchSize"] == 7);
        await device.Agent.KillAsync();

        var configuration = Path.Combine(device.Folder, "agent.json");
        for (var start = 1; start <= 2; start++)
        {
            await using var again = RunningAgent.Run(configuration);
            await again.WaitForOutputAsync("device-agent ");
            Assert.DoesNotContain("rolled back", again.Output, StringComparison.Ordinal);
            await again.KillAsync();
        }

        await using var third = RunningAgent.Run(configuration);
        await third.WaitForOutputAsync("Remote settings are rolled back. The agent started 3 times");
        await device.UntilAsync(s => (string?)s["lastChange"]?["outcome"] == "rolledBack" && (int?)s["upload"]?["batchSize"] == 25 && s["rejected"]?["upload.batchSize"] is not null);
        Assert.Equal(0, await third.TerminateAsync());
    }
}
