namespace DeviceAgent.Testbed.Tests.Broker;

/// <summary>A test with a broker of its own.</summary>
public abstract class BrokerTest : IAsyncLifetime
{
    internal BrokerWorld World { get; } = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await World.DisposeAsync();
}
