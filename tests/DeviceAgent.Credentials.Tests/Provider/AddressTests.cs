using System.Net;
using System.Net.Sockets;
using DeviceAgent.Credentials.Tests.Fixtures;
using DeviceAgent.Credentials.Transport;

namespace DeviceAgent.Credentials.Tests.Provider;

/// <summary>IPv6 and IPv4, and addresses that change.</summary>
public sealed class AddressTests
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "[::1]")]
    public async Task Fetch_LiteralAddress_Works(string address, string host)
    {
        using var certificate = Pki.ServerCertificate(Pki.Root, address, Pki.Now.AddDays(-1), Pki.Now.AddDays(1));
        await using var server = new TlsServer(IPAddress.Parse(address)) { Certificate = certificate };
        using var test = new ProviderTest($"{host}:{server.Port}");
        await test.SucceedAsync();
        Assert.Contains($"Host: {host}:{server.Port}", Assert.Single(server.Requests));
    }

    /// <summary><c>localhost</c> has both addresses here, and one of them leads nowhere.</summary>
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Fetch_NameWithTwoAddressesAndOneServer_FindsIt(string address)
    {
        await using var server = new TlsServer(IPAddress.Parse(address));
        var connector = new HappyEyeballsConnector(
            TimeProvider.System, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.IPv6Loopback, IPAddress.Loopback]), HappyEyeballsConnector.OpenSocketAsync);
        await using var stream = await connector.ConnectAsync(new DnsEndPoint("both.test", server.Port), CancellationToken.None);
        Assert.True(stream.CanWrite);
    }

    /// <summary>Each request looks the name up anew and connects anew: nothing of an old address is kept.</summary>
    [Fact]
    public async Task Fetch_Twice_IsTwoConnections()
    {
        await using var server = new TlsServer();
        using var test = new ProviderTest(server.Endpoint);
        await test.SucceedAsync();
        await test.SucceedAsync();
        Assert.Equal(2, server.ServerNames.Count);
    }

    [Fact]
    public async Task Connect_FirstAddressSwallowsPackets_TheSecondIsUsedAfterAQuarterOfASecond()
    {
        await using var server = new TlsServer();
        var time = new DeviceAgent.TestSupport.ManualTimeProvider();
        var connector = new HappyEyeballsConnector(
            time,
            (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("2001:db8::1"), IPAddress.Loopback]),
            (address, token) => address.AddressFamily == AddressFamily.InterNetworkV6
                ? new TaskCompletionSource<Stream>().Task.WaitAsync(token)
                : HappyEyeballsConnector.OpenSocketAsync(address, token));
        var connect = connector.ConnectAsync(new DnsEndPoint("dead-aaaa.test", server.Port), CancellationToken.None);
        await time.WaitForTimersAsync(1);
        time.Advance(TimeSpan.FromMilliseconds(250));
        await using var stream = await connect.WaitAsync(TimeSpan.FromSeconds(30));
    }
}
