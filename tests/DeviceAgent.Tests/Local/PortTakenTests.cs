using System.Net;
using System.Net.Sockets;
using DeviceAgent.Commands;
using DeviceAgent.Local;
using DeviceAgent.Storage;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Tests.Local;

/// <summary>Somebody else listens where the agent should.</summary>
public sealed class PortTakenTests
{
    private const int Opened = 2400;
    private const int Taken = 2404;
    private const int WasTaken = 2405;

    [Theory]
    [InlineData("::1", "127.0.0.1")]
    [InlineData("127.0.0.1", "::1")]
    public async Task Port_OneAddressTaken_TheOtherAnswersAndItIsSaidWhoHasIt(string taken, string free)
    {
        using var other = Listen(taken);
        await using var endpoint = await StartAsync(other);

        await endpoint.Log.WaitAsync(Taken);
        var text = Assert.Single(endpoint.Log.Texts, t => t.Contains("is taken by", StringComparison.Ordinal));
        Assert.StartsWith($"port {PortOf(other)} of {taken} is taken by user {LocalUsers.Own}", text, StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId}", text, StringComparison.Ordinal);
        Assert.Contains("device-agent clients rotate --all", text, StringComparison.Ordinal);
        using var client = new TcpClient(IPAddress.Parse(free).AddressFamily);
        await client.ConnectAsync(IPAddress.Parse(free), PortOf(other));
    }

    [Fact]
    public async Task Status_PortTaken_SaysByWhomAndWhatToDo()
    {
        using var other = Listen("127.0.0.1");
        await using var endpoint = await StartAsync(other);

        using var answer = await endpoint.GetAsync("/v1/status");
        var status = await TestEndpoint.JsonAsync(answer);
        var taken = Assert.Single(status.GetProperty("listeners").EnumerateArray(), l => l.GetProperty("condition").GetString() == "taken");
        Assert.Equal($"port {PortOf(other)} of 127.0.0.1", taken.GetProperty("address").GetString());
        Assert.Equal((LocalUsers.Own, Environment.ProcessId), (taken.GetProperty("taken_by_uid").GetUInt32(), taken.GetProperty("taken_by_pid").GetInt32()));

        await using var text = new StringWriter();
        await StatusText.WriteAgentAsync(text, status, "by the socket");
        Assert.Contains($"NOT ON      port {PortOf(other)} of 127.0.0.1: user {LocalUsers.Own}, process {Environment.ProcessId}: another process listens there", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("device-agent clients rotate --all", text.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("TAKEN BY ANOTHER PROCESS: port ", endpoint.Listeners.Problem, StringComparison.Ordinal);

        // Nor is the token of a page given to who has the port.
        Assert.Contains("the agent does not hold port ", PageCommand.ProblemIn(status, PortOf(other)), StringComparison.Ordinal);
        Assert.Contains("does not listen on port 1:", PageCommand.ProblemIn(status, 1), StringComparison.Ordinal);
        using var own = System.Text.Json.JsonDocument.Parse("""{"listeners":[{"address":"port 7 of 127.0.0.1","condition":"open","problem":null},{"address":"port 7 of ::1","condition":"absent","problem":"none"}]}""");
        Assert.Null(PageCommand.ProblemIn(own.RootElement, 7));
    }

    [Fact]
    public async Task Port_IsGivenBack_TheAgentTakesItAndSaysThatTokensMayHaveLeaked()
    {
        var time = new ManualTimeProvider();
        using var other = Listen("127.0.0.1");
        await using var endpoint = await StartAsync(other, time);
        await endpoint.Log.WaitAsync(Taken);

        // Tried again in vain, which is not said again.
        time.Advance(TimeSpan.FromSeconds(30));
        other.Dispose();
        while (!endpoint.Log.Texts.Any(t => t.Contains("was taken by", StringComparison.Ordinal)))
        {
            time.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }

        Assert.Single(endpoint.Log.Texts, t => t.Contains("is taken by", StringComparison.Ordinal));
        var text = Assert.Single(endpoint.Log.Texts, t => t.Contains("was taken by", StringComparison.Ordinal));
        Assert.Contains("device-agent clients rotate --all", text, StringComparison.Ordinal);
        Assert.Null(endpoint.Listeners.Problem);
    }

    [Fact]
    public void Owner_OfAPortThatNobodyHas_IsNotKnown()
    {
        using var listener = Listen("127.0.0.1");
        var address = (IPEndPoint)listener.LocalEndPoint!;
        listener.Dispose();
        Assert.Null(PortOwner.Find(address));
    }

    [Theory]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("::", "::1")]
    [InlineData("::", "127.0.0.1")]
    public void Owner_OfAnAddressThatStandsForAll_IsFound(string any, string asked)
    {
        using var listener = new Socket(IPAddress.Parse(any).AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (any == "::") listener.DualMode = true;
        listener.Bind(new IPEndPoint(IPAddress.Parse(any), 0));
        listener.Listen();
        Assert.Equal(new PortHolder(LocalUsers.Own, Environment.ProcessId), PortOwner.Find(new IPEndPoint(IPAddress.Parse(asked), PortOf(listener))));
    }

    private static Task<TestEndpoint> StartAsync(Socket other, TimeProvider? time = null) =>
        TestEndpoint.StartAsync(credentials: new LocalCredentialsOptions { Port = PortOf(other), ClientsDirectory = "" }, time: time);

    private static Socket Listen(string address)
    {
        var socket = new Socket(IPAddress.Parse(address).AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        socket.Listen();
        return socket;
    }

    private static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;
}
