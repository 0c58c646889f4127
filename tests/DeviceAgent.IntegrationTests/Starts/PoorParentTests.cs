using System.Text.Json.Nodes;
using DeviceAgent.Rigs.Support;

namespace DeviceAgent.IntegrationTests.Starts;

/// <summary>The agent, started by something that leaves less than a shell or systemd does.</summary>
public sealed class PoorParentTests : IDisposable
{
    private readonly DeviceFolder _device = new();

    public void Dispose() => _device.Dispose();

    /// <summary>The build for the JIT runs on what its runtime has opened by then; it must not end either.</summary>
    [Theory]
    [InlineData("<&- >&-")]
    [InlineData("<&- >&- 2>&-")]
    [InlineData("2>&-")]
    [Trait(EveryCpu.Name, EveryCpu.Value)]
    public async Task Run_StandardStreamsAreClosed_Works(string closed)
    {
        _device.Settings["logLevel"] = "trace";
        _device.Finish();
        await using var systemd = NotifySocket.Abstract();
        await using var agent = RunningAgent.Run(_device.PathOf("agent.json"), [], systemd.Environment(), "sh", "-c", $"exec \"$@\" {closed}", "sh");
        await systemd.WaitForAsync("READY=1", agent: agent);
        Assert.DoesNotContain(Enumerable.Range(0, 3), d => (File.ResolveLinkTarget($"/proc/{agent.ProcessId}/fd/{d}", returnFinalTarget: false)?.FullName ?? "").StartsWith(_device.Root, StringComparison.Ordinal));
        Assert.Equal(0, await agent.TerminateAsync());
    }

    [Fact]
    public async Task Run_FilesMayGrowNoMore_GoesOnInMemoryAsOnAFullDisk()
    {
        _device.Settings["source"] = new JsonObject { ["kind"] = "simulated", ["intervalSeconds"] = 0.1 };
        _device.Finish();
        await using var systemd = NotifySocket.Abstract();
        await using var agent = RunningAgent.Run(_device.PathOf("agent.json"), [], systemd.Environment());
        await systemd.WaitForAsync("READY=1", agent: agent);
        await LimitAsync("8192:unlimited");
        await agent.WaitForOutputAsync("Readings are held in memory");
        await LimitAsync("unlimited:unlimited");
        await agent.WaitForOutputAsync("The disk can be used again");
        Assert.Equal(0, await agent.TerminateAsync());

        // As ulimit -f would before the start, which the JIT does not survive.
        async Task LimitAsync(string bytes) => (await Command.RunAsync("prlimit", ["--pid", $"{agent.ProcessId}", $"--fsize={bytes}"])).Succeeded();
    }
}
