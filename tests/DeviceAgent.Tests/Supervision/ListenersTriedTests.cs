using DeviceAgent.Tests.Local;

namespace DeviceAgent.Tests.Supervision;

public class ListenersTriedTests
{
    [Fact]
    public async Task Tried_AllListenersStand_Completes()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        await endpoint.Tried.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Tried_OneCannotBeOpened_CompletesAllTheSame()
    {
        await using var first = await TestEndpoint.StartAsync();
        await using var second = await TestEndpoint.StartAsync(socketPath: first.SocketPath);
        await second.Tried.WaitAsync(TimeSpan.FromSeconds(20));
    }
}
