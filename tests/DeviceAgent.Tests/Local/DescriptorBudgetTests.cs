using DeviceAgent.Local;

namespace DeviceAgent.Tests.Local;

public sealed class DescriptorBudgetTests
{
    private static readonly ListenerLimits Socket = new();
    private static readonly ListenerLimits Credentials = new() { Connections = 256, LeastConnections = 16 };
    private static readonly ListenerLimits Readings = new();

    [Theory]
    [InlineData(1_048_576, 64, 256, 64)]
    [InlineData(1024, 64, 256, 64)]
    [InlineData(512, 64, 256, 64)]
    [InlineData(256, 30, 110, 30)]
    [InlineData(128, 9, 23, 9)]
    [InlineData(110, 8, 16, 0)]
    [InlineData(100, 15, 0, 0)]
    [InlineData(64, 8, 0, 0)]
    [InlineData(30, 2, 0, 0)]
    [InlineData(10, 1, 0, 0)]
    public void Share_OfALimit_LeavesTheAgentWhatItNeeds(long limit, int socket, int credentials, int readings)
    {
        var budget = new DescriptorBudget(limit, Used: 21);
        Assert.Equal([socket, credentials, readings], budget.Share([Socket, Credentials, Readings]));
    }

    /// <summary>Whatever the limit: never more than is free, but for the socket's least.</summary>
    [Fact]
    public void Share_OfEveryLimit_StaysWithinIt()
    {
        for (var limit = 0; limit < 2000; limit++)
        {
            var budget = new DescriptorBudget(limit, Used: 21);
            var shares = budget.Share([Socket, Credentials, Readings]);
            Assert.True(shares.Sum() <= Math.Max(budget.Free, Socket.LeastConnections), $"{limit}: {string.Join(", ", shares)}");
            Assert.InRange(shares[0], 1, Socket.Connections);
            Assert.True(shares[1] == 0 || shares[1] >= Credentials.LeastConnections, $"{limit}: {shares[1]}");
        }
    }

    [Fact]
    public void Share_OfNoListener_IsNothing() => Assert.Empty(new DescriptorBudget(20, 21).Share([]));

    [Fact]
    public void Measure_CountsWhatIsOpen()
    {
        var before = DescriptorBudget.Measure();
        var files = Enumerable.Range(0, 50).Select(_ => File.OpenHandle("/dev/null")).ToList();
        var after = DescriptorBudget.Measure();
        files.ForEach(f => f.Dispose());
        Assert.True(before.Limit > 0);
        Assert.True(after.Used > 50, $"{after.Used} are open");
    }

    [Fact]
    public async Task Listeners_TooFewDescriptors_TheAgentRunsWithoutItsPortsAndSaysSo()
    {
        await using var endpoint = await TestEndpoint.StartAsync(credentials: new LocalCredentialsOptions { ClientsDirectory = "" }, descriptors: new DescriptorBudget(64, 21));
        await endpoint.Log.WaitAsync(2408, 4);
        Assert.Contains(endpoint.Log.Texts, t => t.Contains($"not answered on port {endpoint.CredentialsPort} of 127.0.0.1", StringComparison.Ordinal) && t.Contains("64 descriptors", StringComparison.Ordinal));
        using var answer = await endpoint.GetAsync("/v1/status");
        var listeners = (await TestEndpoint.JsonAsync(answer)).GetProperty("listeners").EnumerateArray().ToList();
        Assert.Equal(1, listeners.Count(l => l.GetProperty("condition").GetString() == "open"));
        Assert.Equal(4, listeners.Count(l => l.GetProperty("condition").GetString() == "noDescriptors"));
    }
}
