using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DeviceAgent.Local;

namespace DeviceAgent.Tests.Local;

/// <summary>Sockets that systemd listens on for the agent.</summary>
public sealed class PassedSocketTests
{
    [Theory]
    [InlineData("2", "77", new[] { 3, 4 })]
    [InlineData("1", "77", new[] { 3 })]
    [InlineData("2", "78", new int[0])]
    [InlineData("2", null, new int[0])]
    [InlineData("2", "", new int[0])]
    [InlineData(null, "77", new int[0])]
    [InlineData("0", "77", new int[0])]
    [InlineData("-1", "77", new int[0])]
    [InlineData("x", "77", new int[0])]
    [InlineData("100000", "77", new int[0])]
    public void Descriptors_OfTheVariables_AreThoseForThisProcess(string? count, string? process, int[] expected) =>
        Assert.Equal(expected, PassedSockets.DescriptorsOf(count, process, 77));

    [Fact]
    public async Task Sockets_OfBothAddresses_AreUsedAndAnswer()
    {
        var (four, six) = (Listen(IPAddress.Loopback, 0), Listen(IPAddress.IPv6Loopback, 0));
        var passed = PassedSockets.From([Release(four.Socket), Release(six.Socket)], ["credentials", "credentials"]);
        await using var endpoint = await TestEndpoint.StartAsync(credentials: new LocalCredentialsOptions { Port = four.Port, ClientsDirectory = "" }, passed: passed);

        Assert.StartsWith("HTTP/1.1 401 ", await endpoint.RawAsync($"GET /v1/credentials HTTP/1.1\r\nHost: 127.0.0.1:{four.Port}\r\nConnection: close\r\n\r\n", four.Port), StringComparison.Ordinal);
        Assert.True(StateOf(endpoint, $"port {four.Port} of 127.0.0.1").Passed);

        // The other has another port: the agent opens its own, and says what is not used.
        Assert.False(StateOf(endpoint, $"port {four.Port} of ::1").Passed);
        Assert.Contains(endpoint.Log.Texts, t => t.Contains($"the agent does not listen on [::1]:{six.Port}", StringComparison.Ordinal));
    }

    [Fact]
    public void Descriptors_ThatDoNotListenOnALoopbackAddress_AreNamedAndLeftAlone()
    {
        using var file = File.OpenHandle("/dev/null");
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var all = Listen(IPAddress.Any, 0);
        var passed = PassedSockets.From([(int)file.DangerousGetHandle(), (int)silent.Handle, Release(all.Socket), 9999], ["a", "b", "c"]);

        Assert.Empty(passed.Left);
        Assert.Equal(["(a) is no socket", "(b) is a socket that does not listen", $"(c) listens on 0.0.0.0:{all.Port}", "9999 (unknown) is not open"],
            passed.Problems.Zip(["(a) is no socket", "(b) is a socket that does not listen", $"(c) listens on 0.0.0.0:{all.Port}", "9999 (unknown) is not open"], (p, e) => p.Contains(e, StringComparison.Ordinal) ? e : p));
    }

    /// <summary>What the agent starts must not have the port.</summary>
    [Fact]
    public void Sockets_ThatWerePassed_AreClosedInChildren()
    {
        var (socket, _) = Listen(IPAddress.Loopback, 0);
        var descriptor = Release(socket);
        var passed = PassedSockets.From([descriptor], []);
        var flags = File.ReadLines($"/proc/self/fdinfo/{descriptor.ToString(CultureInfo.InvariantCulture)}").First(l => l.StartsWith("flags:", StringComparison.Ordinal)).Split('\t')[1];
        Assert.Equal(0x80000, Convert.ToInt32(flags, 8) & 0x80000);
        passed.Claim(new ListenAddress.Loopback(IPAddress.Loopback, passed.Left[0].Port))!.Dispose();
    }

    [Fact]
    public void Socket_WithAHopLimit_HasIt()
    {
        var (socket, port) = Listen(IPAddress.Loopback, 0);
        var passed = PassedSockets.From([Release(socket)], []);
        using var claimed = passed.Claim(new ListenAddress.Loopback(IPAddress.Loopback, port, 1));
        Assert.Equal(1, claimed!.Ttl);
        Assert.Null(passed.Claim(new ListenAddress.Loopback(IPAddress.Loopback, port, 1)));
    }

    private static ListenerState StateOf(TestEndpoint endpoint, string address) => Assert.Single(endpoint.Listeners.All, l => l.Address == address);

    private static (Socket Socket, int Port) Listen(IPAddress address, int port)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, port));
        socket.Listen();
        return (socket, ((IPEndPoint)socket.LocalEndPoint!).Port);
    }

    /// <summary>The descriptor, which belongs to nobody from now on.</summary>
    private static int Release(Socket socket)
    {
        var descriptor = (int)socket.Handle;
        socket.SafeHandle.SetHandleAsInvalid();
        return descriptor;
    }
}
