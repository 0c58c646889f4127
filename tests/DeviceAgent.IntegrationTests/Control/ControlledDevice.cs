using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Rigs.Faults;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Hosting;
using DeviceAgent.Testbed.Shadow;

namespace DeviceAgent.IntegrationTests.Control;

/// <summary>The testbed's cloud in this process and the agent as a process; between its MQTT client and the broker a proxy that spoils connections.</summary>
internal sealed class ControlledDevice : IAsyncDisposable
{
    public const string Thing = "thermostat-01";

    private static readonly ShadowKey _shadow = ShadowKey.Of(Thing, ShadowService.AgentShadow)!;

    private ControlledDevice(TestCloud cloud, FaultProxy proxy, RunningAgent agent, string configuration) =>
        (Cloud, Proxy, Agent, Folder) = (cloud, proxy, agent, Path.GetDirectoryName(configuration)!);

    public TestCloud Cloud { get; }

    public FaultProxy Proxy { get; }

    public RunningAgent Agent { get; }

    /// <summary>The device's certificate and key.</summary>
    public string Folder { get; }

    /// <param name="prepare">Changes the cloud before the agent starts.</param>
    /// <param name="settings">Over the configuration.</param>
    public static async Task<ControlledDevice> StartAsync(Action<Cloud>? prepare = null, params string[] settings)
    {
        // The tests count the CONNECTs themselves; and another client may come right after the device.
        var cloud = await TestCloud.StartAsync(new TestbedOptions { BrokerLimits = new BrokerLimits { ConnectInterval = TimeSpan.Zero } });
        var proxy = new FaultProxy(new Uri($"mqtts://127.0.0.1:{cloud.Cloud.Host.Port(Listener.IotDevices)}"));
        var configuration = await cloud.DeviceAsync(Thing);
        prepare?.Invoke(cloud.Cloud);
        return new ControlledDevice(cloud, proxy, RunningAgent.Run(configuration, [$"mqttEndpoint=localhost:{proxy.Url.Port}", .. settings]), configuration);
    }

    /// <summary>What an operator wants of the upload.</summary>
    public void WantBatchSize(int size) => WantBatchSize(Cloud, size);

    public static void WantBatchSize(TestCloud cloud, int size) =>
        cloud.Cloud.Shadows.Update(_shadow, Encoding.UTF8.GetBytes("""{"state":{"desired":{"upload":{"batchSize":""" + size + "}}}}"));

    /// <summary>Waits until the device has reported the newest batch size, and fails when it applied any of them more than once.</summary>
    /// <returns>How many it applied: those that were overtaken on the way need not be among them.</returns>
    public async Task<int> AppliedAsync(int newest)
    {
        await UntilAsync(s => (int?)s["upload"]?["batchSize"] == newest);
        await Agent.WaitForOutputAsync("Change settings by shadow");
        var applied = Agent.Output.Split('\n').Where(l => l.Contains("Change settings by shadow", StringComparison.Ordinal)).Select(l => l[l.IndexOf("Change settings", StringComparison.Ordinal)..]).ToList();
        Assert.Distinct(applied);
        return applied.Count;
    }

    /// <summary>Waits for a reported state.</summary>
    public Task UntilAsync(Func<JsonNode, bool> isSo) => UntilAsync(
        () => Cloud.Cloud.Shadows.Find(_shadow)?["state"]?["reported"] is { } reported && isSo(reported),
        () => $"the shadow is {Cloud.Cloud.Shadows.Find(_shadow)}");

    public Task UntilAsync(Func<bool> isSo, Func<string> otherwise) => TestCloud.UntilAsync(isSo, otherwise, Agent);

    /// <summary>Readings still land.</summary>
    public async Task ReadingsFlowAsync() => await Cloud.WaitForRowsAsync(Thing, (await Cloud.ItemsAsync(Thing)).Count + 20, Agent);

    /// <summary>Fails when the agent connected more often than once a second.</summary>
    public void ConnectedAtMostOnceASecond()
    {
        var arrivals = Proxy.Arrivals;
        var elapsed = TimeProvider.System.GetElapsedTime(arrivals[0], arrivals[^1]);
        // As much as the proxy may have been late in taking the first.
        Assert.True(elapsed > TimeSpan.FromSeconds(arrivals.Count - 1.5), $"{arrivals.Count} connections in {elapsed}\n{Agent.Output}");
    }

    public async ValueTask DisposeAsync()
    {
        await Agent.DisposeAsync();
        await Proxy.DisposeAsync();
        await Cloud.DisposeAsync();
    }
}
