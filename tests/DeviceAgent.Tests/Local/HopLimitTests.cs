using System.Net;
using System.Net.Sockets;
using DeviceAgent.Local;

namespace DeviceAgent.Tests.Local;

public sealed class HopLimitTests
{
    /// <summary>What the kernel puts into the packets of a connection that was accepted, for both addresses of the door.</summary>
    [Theory]
    [InlineData("127.0.0.1", 1)]
    [InlineData("127.0.0.1", 7)]
    [InlineData("::1", 1)]
    public async Task Connection_OfADoorWithAHopLimit_HasIt(string address, int hops)
    {
        var ip = IPAddress.Parse(address);
        using var listener = new ListenAddress.Loopback(ip, 0, hops).Bind();
        listener.Listen();
        using var client = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!);
        using var accepted = await listener.AcceptAsync();

        Assert.Equal(hops, accepted.Ttl);
        Assert.NotEqual(hops, client.Ttl);
    }
}
