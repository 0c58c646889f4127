using System.Net;
using System.Net.Sockets;
using DeviceAgent.Credentials.Tests.Fixtures;
using DeviceAgent.TestSupport;
using Xunit.Abstractions;
using static DeviceAgent.Credentials.CredentialFailureKind;

namespace DeviceAgent.Credentials.Tests.Provider;

/// <summary>The credentials provider behind an HTTP proxy, over real sockets.</summary>
public sealed class ProxyTests(ITestOutputHelper output)
{
    private const string Password = "canary-proxy-password";

    [Fact]
    public async Task Fetch_ThroughAProxy_IsATunnelWithTlsToTheEndpoint()
    {
        await using var server = new TlsServer();
        await using var proxy = new ConnectProxy();
        using var test = new ProviderTest(server.Endpoint, proxy: Proxy(proxy.Port));
        await test.SucceedAsync();
        Assert.StartsWith($"CONNECT {server.Endpoint} HTTP/1.1\r\n", Assert.Single(proxy.Heads));
        Assert.Equal("localhost", Assert.Single(server.ServerNames));
        Assert.DoesNotContain("Proxy-", Assert.Single(server.Requests));
        // A device on a metered link fetches 1,460 times a month.
        output.WriteLine($"{proxy.Bytes} bytes for one fetch, handshake included");
        Assert.InRange(proxy.Bytes, 1000, 8 * 1024);
    }

    [Fact]
    public async Task Fetch_ProxyWantsAPassword_GetsIt()
    {
        await using var server = new TlsServer();
        await using var proxy = new ConnectProxy { Wants = $"agent:{Password}" };
        using var test = new ProviderTest(server.Endpoint, proxy: Proxy(proxy.Port, "agent", Password));
        await test.SucceedAsync();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong-canary-proxy-password")]
    public async Task Fetch_ProxyWantsAnotherPassword_IsProxyAuthenticationRequired(string? password)
    {
        await using var server = new TlsServer();
        await using var proxy = new ConnectProxy { Wants = $"agent:{Password}" };
        using var test = new ProviderTest(server.Endpoint, proxy: Proxy(proxy.Port, password is null ? null : "agent", password));
        var failure = await test.FailAsync();
        Assert.Equal(ProxyAuthenticationRequired, failure.Kind);
        Assert.False(failure.IsTransient);
        Assert.Contains($"http://127.0.0.1:{proxy.Port}", failure.Message);
        Assert.Contains("http://user:password@host:port", failure.Remedy);
        Assert.DoesNotContain("canary", failure.ToString());
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "(403)")]
    [InlineData("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "(502)")]
    public async Task Fetch_ProxyRefuses_IsProxyFailed(string answer, string expected)
    {
        await using var server = new TlsServer();
        await using var proxy = new ConnectProxy { Answer = answer };
        using var test = new ProviderTest(server.Endpoint, proxy: Proxy(proxy.Port, "agent", Password));
        var failure = await test.FailAsync();
        Assert.Equal(ProxyFailed, failure.Kind);
        Assert.True(failure.IsTransient);
        Assert.Contains(expected, failure.Message);
        Assert.Contains("NO_PROXY", failure.Remedy);
        Assert.DoesNotContain("canary", failure.ToString());
    }

    /// <summary>A port that is itself spoken to by TLS, given as http://: the device's certificate has no part in it.</summary>
    [Fact]
    public async Task Fetch_ProxyIsOneForTls_SaysThatItIsTheProxyAndNotTheCertificate()
    {
        await using var proxy = new TlsServer();
        var port = int.Parse(proxy.Endpoint.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
        using var test = new ProviderTest("c0ffee.credentials.iot.us-east-1.amazonaws.com", proxy: Proxy(port, "agent", Password));
        var failure = await test.FailAsync();
        Assert.Equal(ProxyFailed, failure.Kind);
        Assert.Contains($"The proxy http://127.0.0.1:{port} ", failure.Message);
        Assert.Contains("spoken to by TLS, which is not supported", failure.Message);
        Assert.DoesNotContain(test.CertificateId, failure.ToString());
        Assert.DoesNotContain("certificate", failure.Cause);
        Assert.DoesNotContain("canary", failure.ToString());
    }

    [Theory]
    [InlineData("\u0015\u0003\u0003", "answers in TLS, not in HTTP")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "does not answer in HTTP")]
    public async Task Fetch_ProxyAnswersInAnotherProtocol_SaysWhich(string answer, string expected)
    {
        await using var proxy = new ConnectProxy { Answer = answer };
        using var test = new ProviderTest("c0ffee.credentials.iot.us-east-1.amazonaws.com", proxy: Proxy(proxy.Port));
        var failure = await test.FailAsync();
        Assert.Equal(ProxyFailed, failure.Kind);
        Assert.Contains(expected, failure.Message);
    }

    [Fact]
    public async Task Fetch_ProxyDoesNotListen_SaysThatItIsTheProxy()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        using var test = new ProviderTest("c0ffee.credentials.iot.us-east-1.amazonaws.com", proxy: Proxy(port, "agent", Password));
        var failure = await test.FailAsync();
        Assert.Equal(ProxyFailed, failure.Kind);
        Assert.Contains($"The proxy http://127.0.0.1:{port} cannot be reached", failure.Message);
        Assert.DoesNotContain("canary", failure.ToString());
    }

    /// <summary>What goes wrong behind the tunnel is told as it would be without one.</summary>
    [Fact]
    public async Task Fetch_CertificateRefusedBehindTheProxy_IsClientCertificateRefused()
    {
        await using var server = new TlsServer { RefuseClients = true };
        await using var proxy = new ConnectProxy();
        using var test = new ProviderTest(server.Endpoint, proxy: Proxy(proxy.Port));
        Assert.Equal(ClientCertificateRefused, (await test.FailAsync()).Kind);
    }

    [Fact]
    public async Task Fetch_ServerUntrustedBehindTheProxy_IsServerCertificateUntrusted()
    {
        await using var server = new TlsServer();
        await using var proxy = new ConnectProxy();
        using var test = new ProviderTest(server.Endpoint, root: Pki.OtherRoot, proxy: Proxy(proxy.Port));
        Assert.Equal(ServerCertificateUntrusted, (await test.FailAsync()).Kind);
    }

    [Fact]
    public async Task Fetch_EndpointIsBypassed_GoesStraight()
    {
        await using var server = new TlsServer();
        using var test = new ProviderTest(server.Endpoint, proxy: new WebProxy("http://127.0.0.1:9", BypassOnLocal: false, ["localhost"]));
        await test.SucceedAsync();
    }

    private static WebProxy Proxy(int port, string? user = null, string? password = null) => new($"http://127.0.0.1:{port}")
    {
        Credentials = user is null ? null : new NetworkCredential(user, password),
    };
}
