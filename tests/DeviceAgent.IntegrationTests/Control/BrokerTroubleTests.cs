using DeviceAgent.IntegrationTests.Faults;
using DeviceAgent.IntegrationTests.Support;
using DeviceAgent.Testbed.Hosting;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.IntegrationTests.Control;

/// <summary>What a broker and the way to it can do to a device that is controlled from afar.</summary>
public class BrokerTroubleTests
{
    private static readonly string[] _protocols = ["control.protocol=5", "control.protocol=3.1.1"];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Connection_Flapping_ComesBackLessAndLessOftenAndTheNewestDesiredStateIsAppliedOnce(int protocol)
    {
        await using var device = await ControlledDevice.StartAsync(null, _protocols[protocol]);
        await device.UntilAsync(s => (string?)s["health"] == "ok");
        for (var cut = 1; cut <= 5; cut++)
        {
            // Every connection dies in the midst of what is said on it, the handshake or what follows.
            device.Proxy.SetScript(() => new ConnectionFault(Direction.Request, 2500, Ending.Reset));
            var before = device.Proxy.Connections;
            await device.Proxy.DropConnectionsAsync();
            if (cut == 5) device.Proxy.Heal();
            device.WantBatchSize(cut + 1);
            await device.UntilAsync(() => device.Proxy.Connections > before, () => "the agent does not come back");
        }

        await device.ReadingsFlowAsync();
        await device.UntilAsync(s => (int?)s["upload"]?["batchSize"] == 6);
        device.ConnectedAtMostOnceASecond();
        Assert.All(Enumerable.Range(2, 5), size => Assert.InRange(device.Agent.Output.Split('\n').Count(l => l.Contains("Change settings by Shadow", StringComparison.Ordinal)), 1, 5));
        Assert.Equal(0, await device.Agent.TerminateAsync());
    }
}
