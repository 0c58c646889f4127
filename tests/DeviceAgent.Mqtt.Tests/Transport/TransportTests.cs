using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using DeviceAgent.Mqtt.Tests.Support;
using DeviceAgent.Mqtt.Transport;

namespace DeviceAgent.Mqtt.Tests.Transport;

public class TransportTests
{
    [Theory]
    [InlineData(443, null, "x-amzn-mqtt-ca")]
    [InlineData(8883, null, null)]
    [InlineData(8883, "mqtt", "mqtt")]
    [InlineData(443, "", null)]
    public void TlsHandshake_Alpn_GoesByThePort(int port, string? asked, string? offered)
    {
        var tls = new MqttTlsOptions { ApplicationProtocol = asked };
        var options = TlsHandshake.OptionsFor(new MqttClientOptions { Host = "example.test", Port = port, ClientId = "c" }, tls, TimeProvider.System);
        Assert.Equal(offered is null ? null : [new SslApplicationProtocol(offered)], options.ApplicationProtocols);
        Assert.Equal("example.test", options.TargetHost);
    }

    [Fact]
    public async Task OpenAsync_NobodyListens_IsNetwork()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var e = await Assert.ThrowsAsync<MqttConnectException>(() => MqttTransport.OpenAsync(Options(port), TimeProvider.System, default));
        Assert.Equal(MqttConnectFailure.Network, e.Failure);
        Assert.Contains($":{port}", e.Message);
    }

    [Theory]
    [InlineData(null, "broker.test:8883")]
    [InlineData("proxy.test", "proxy.test:3128")]
    public async Task ConnectCallback_OpensTheFirstHop(string? proxy, string asked)
    {
        DnsEndPoint? seen = null;
        var options = new MqttClientOptions
        {
            Host = "broker.test",
            ClientId = "c",
            Tls = null,
            Proxy = proxy is null ? null : new MqttProxyOptions { Host = proxy, Port = 3128 },
            ConnectCallback = (host, _) =>
            {
                seen = host;
                throw new SocketException((int)SocketError.NetworkUnreachable);
            },
        };
        var e = await Assert.ThrowsAsync<MqttConnectException>(() => MqttTransport.OpenAsync(options, TimeProvider.System, default));
        Assert.Equal((MqttConnectFailure.Network, asked), (e.Failure, $"{seen!.Host}:{seen.Port}"));
    }

    [Fact]
    public async Task OpenAsync_ServerDoesNotSpeakTls_IsTls()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var opening = MqttTransport.OpenAsync(Options(((IPEndPoint)listener.LocalEndpoint).Port, tls: new MqttTlsOptions()), TimeProvider.System, default);
        using (var server = await listener.AcceptTcpClientAsync()) await server.GetStream().WriteAsync("no TLS here"u8.ToArray());
        Assert.Equal(MqttConnectFailure.Tls, (await Assert.ThrowsAsync<MqttConnectException>(() => opening.Soon())).Failure);
    }

    [Fact]
    public async Task Proxy_Opens_TheTunnelIsTheStream()
    {
        var (opening, request, server) = await ProxyAsync("HTTP/1.1 200 Connection established\r\nX: y\r\n\r\nbehind", "user", "pass:word");
        using var proxy = server;
        await using var stream = await opening.Soon();
        Assert.StartsWith("CONNECT broker.test:8883 HTTP/1.1\r\nHost: broker.test:8883\r\n", request);
        Assert.Contains($"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes("user:pass:word"))}\r\n", request);
        var behind = new byte[6];
        await stream.ReadExactlyAsync(behind).AsTask().Soon();
        Assert.Equal("behind", Encoding.ASCII.GetString(behind));
    }

    [Theory]
    [InlineData("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "407")]
    [InlineData("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "403")]
    [InlineData("SSH-2.0-OpenSSH\r\n\r\n", "HTTP")]
    [InlineData("\u0015\u0003\u0003", "answers in TLS, not in HTTP")]
    [InlineData("", "closed the connection without an answer to CONNECT; perhaps its port is one that is itself spoken to by TLS")]
    public async Task Proxy_Refuses_IsProxy(string answer, string told)
    {
        var (opening, request, server) = await ProxyAsync(answer);
        server.Dispose();
        var e = await Assert.ThrowsAsync<MqttConnectException>(() => opening.Soon());
        Assert.Equal(MqttConnectFailure.Proxy, e.Failure);
        Assert.Contains(told, e.Message);
        Assert.DoesNotContain("Authorization", request);
    }

    private static MqttClientOptions Options(int port, MqttTlsOptions? tls = null) => new() { Host = "127.0.0.1", Port = port, ClientId = "c", Tls = tls };

    private static async Task<(Task<Stream> Opening, string Request, TcpClient Server)> ProxyAsync(string answer, string? user = null, string? password = null)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var proxy = new MqttProxyOptions { Host = "127.0.0.1", Port = ((IPEndPoint)listener.LocalEndpoint).Port, UserName = user, Password = password };
        var opening = MqttTransport.OpenAsync(new MqttClientOptions { Host = "broker.test", ClientId = "c", Tls = null, Proxy = proxy }, TimeProvider.System, default);
        var server = await listener.AcceptTcpClientAsync();
        var request = new StringBuilder();
        var buffer = new byte[1];
        while (!request.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await server.GetStream().ReadExactlyAsync(buffer).AsTask().Soon();
            request.Append((char)buffer[0]);
        }

        await server.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer));
        return (opening, request.ToString(), server);
    }
}
