using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Credentials.Tests.Fixtures;
using static DeviceAgent.Credentials.CredentialFailureKind;

namespace DeviceAgent.Credentials.Tests.Provider;

public sealed class TlsFailureTests
{
    private static readonly X509Certificate2 Expired = Pki.ServerCertificate(Pki.Root, "localhost", Pki.Now.AddYears(-1), Pki.Now.AddDays(-1));

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Fetch_ServerRefusesTheCertificateByAlert_IsClientCertificateRefused(SslProtocols protocol)
    {
        await using var server = new TlsServer { Protocols = protocol, RefuseClients = true };
        using var test = new ProviderTest(server.Endpoint);
        await AssertClientRefused(test);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Fetch_ServerResetsAfterTheHandshake_IsClientCertificateRefused(SslProtocols protocol)
    {
        await using var server = new TlsServer { Protocols = protocol, AfterTls = Reset };
        using var test = new ProviderTest(server.Endpoint);
        await AssertClientRefused(test);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Fetch_ServerClosesAfterTheHandshake_IsClientCertificateRefused(SslProtocols protocol)
    {
        await using var server = new TlsServer
        {
            Protocols = protocol,
            AfterTls = (socket, _) =>
            {
                socket.Shutdown(SocketShutdown.Send);
                return Task.FromResult(false);
            },
        };
        using var test = new ProviderTest(server.Endpoint);
        await AssertClientRefused(test);
    }

    [Fact]
    public async Task Fetch_ResetBeforeTheServersCertificate_IsTlsHandshakeFailed()
    {
        await using var server = new TlsServer { BeforeTls = Reset };
        using var test = new ProviderTest(server.Endpoint);
        await AssertFails(test, server, TlsHandshakeFailed, "The TLS handshake with", "host name that the endpoint does not serve", "describe-endpoint");
    }

    /// <summary>Alerts as a TLS 1.2 server sends them within the handshake (RFC 5246 7.2, RFC 8446 6).</summary>
    [Theory]
    [InlineData(42, ClientCertificateRefused)]
    [InlineData(43, ClientCertificateRefused)]
    [InlineData(44, ClientCertificateRefused)]
    [InlineData(45, ClientCertificateRefused)]
    [InlineData(46, ClientCertificateRefused)]
    [InlineData(48, ClientCertificateRefused)]
    [InlineData(49, ClientCertificateRefused)]
    [InlineData(116, ClientCertificateRefused)]
    [InlineData(40, TlsHandshakeFailed)]
    [InlineData(70, TlsHandshakeFailed)]
    [InlineData(112, TlsHandshakeFailed)]
    public async Task Fetch_AlertWithinTheHandshake_IsToldByItsMeaning(byte alert, CredentialFailureKind kind)
    {
        await using var server = new TlsServer
        {
            BeforeTls = async (socket, stop) =>
            {
                await socket.ReceiveAsync(new byte[4096], stop);
                await socket.SendAsync(new byte[] { 21, 3, 3, 0, 2, 2, alert }, stop);
                return false;
            },
        };
        using var test = new ProviderTest(server.Endpoint);
        Assert.Equal(kind, (await test.FailAsync()).Kind);
    }

    [Fact]
    public async Task Fetch_PortSpeaksNoTls_IsTlsHandshakeFailed()
    {
        await using var server = new TlsServer
        {
            BeforeTls = async (socket, stop) =>
            {
                await socket.SendAsync("SSH-2.0-OpenSSH_9.2 and some more\r\n"u8.ToArray(), stop);
                return false;
            },
        };
        using var test = new ProviderTest(server.Endpoint);
        await AssertFails(test, server, TlsHandshakeFailed, "TLS handshake", "not a TLS 1.2 or 1.3 port", "openssl s_client");
    }

    [Fact]
    public async Task Fetch_ServerOfAnUnknownAuthority_IsServerCertificateUntrusted()
    {
        using var certificate = Pki.ServerCertificate(Pki.OtherRoot, "localhost", Pki.Now.AddDays(-1), Pki.Now.AddDays(1));
        await using var server = new TlsServer { Certificate = certificate };
        using var test = new ProviderTest(server.Endpoint);
        await AssertFails(test, server, ServerCertificateUntrusted, "issuer CN=other root", "certificate of the endpoint", "CaPath");
    }

    [Fact]
    public async Task Fetch_ServerOfAnotherName_IsServerCertificateWrongHost()
    {
        using var certificate = Pki.ServerCertificate(Pki.Root, "other.example", Pki.Now.AddDays(-1), Pki.Now.AddDays(1));
        await using var server = new TlsServer { Certificate = certificate };
        using var test = new ProviderTest(server.Endpoint);
        await AssertFails(test, server, ServerCertificateWrongHost, "other.example", "endpoint is misspelt", "describe-endpoint");
    }

    [Fact]
    public async Task Fetch_ExpiredServerCertificate_NamesBothTimes()
    {
        await using var server = new TlsServer { Certificate = Expired };
        using var test = new ProviderTest(server.Endpoint);
        await AssertFails(test, server, ServerCertificateExpired, "expired at 2026-02-28 12:00:00Z; the local clock says 2026-03-01", "certificate of the endpoint", "timedatectl");
    }

    [Fact]
    public async Task Fetch_LocalClockTenYearsAhead_PointsAtTheClock()
    {
        await using var server = new TlsServer();
        using var test = new ProviderTest(server.Endpoint, now: Pki.Now.AddYears(9));
        await AssertFails(test, server, ServerCertificateExpired, "2035-03-01", "clock", "timedatectl set-ntp true");
    }

    [Fact]
    public async Task Fetch_LocalClockAt1970_PointsAtTheClock()
    {
        await using var server = new TlsServer();
        using var test = new ProviderTest(server.Endpoint, now: DateTimeOffset.UnixEpoch.AddMinutes(3));
        await AssertFails(test, server, ServerCertificateNotYetValid, "the local clock says 1970-01-01 00:03:00Z", "clock: the local time is certainly wrong", "timedatectl set-ntp true");
    }

    [Fact]
    public async Task Fetch_ServerCertificateNotYetValid_PointsAtTheClock()
    {
        using var certificate = Pki.ServerCertificate(Pki.Root, "localhost", Pki.Now.AddDays(1), Pki.Now.AddDays(2));
        await using var server = new TlsServer { Certificate = certificate };
        using var test = new ProviderTest(server.Endpoint);
        await AssertFails(test, server, ServerCertificateNotYetValid, "not valid before 2026-03-02", "clock: the local time is most likely behind", "2026-03-02 12:00:00");
    }

    /// <summary>Beyond 32 bits of seconds (2038-01-19) and beyond the two-digit years of certificates (2049): AWS IoT issues certificates until 2049-12-31.</summary>
    [Theory]
    [InlineData(2038)]
    [InlineData(2049)]
    [InlineData(2090)]
    public async Task Fetch_YearsAhead_AreDatesLikeOthers(int year)
    {
        var now = new DateTimeOffset(year, 12, 1, 0, 0, 0, TimeSpan.Zero);
        using var certificate = Pki.ServerCertificate(Pki.Root, "localhost", now.AddYears(-1), now.AddDays(30));
        using var device = Pki.DeviceCertificate(Pki.Root, ECDsa.Create(ECCurve.NamedCurves.nistP256), now.AddYears(-1), now.AddDays(30));
        await using var server = new TlsServer
        {
            Certificate = certificate,
            Reply = (c, _) => c.SendAsync(Answers.Ok(now.AddHours(1), now)),
        };
        using (var test = new ProviderTest(server.Endpoint, now: now, device: device))
            Assert.Equal(TimeSpan.FromHours(1), (await test.SucceedAsync()).Lifetime);
        using (var later = new ProviderTest(server.Endpoint, now: now.AddDays(31), device: device))
            Assert.Equal(ServerCertificateExpired, (await later.FailAsync()).Kind);
        using (var earlier = new ProviderTest(server.Endpoint, now: now.AddYears(-2), device: device))
            Assert.Equal(ServerCertificateNotYetValid, (await earlier.FailAsync()).Kind);
    }

    private static Task<bool> Reset(Socket socket, CancellationToken cancellationToken)
    {
        TlsServer.Reset(socket);
        return Task.FromResult(false);
    }

    private static async Task AssertClientRefused(ProviderTest test)
    {
        var failure = await test.FailAsync();
        Assert.Equal(ClientCertificateRefused, failure.Kind);
        Assert.False(failure.IsTransient);
        Assert.Null(failure.StatusCode);
        Assert.Contains(test.CertificateId, failure.Message);
        Assert.StartsWith("certificate", failure.Cause);
        Assert.Contains($"aws iot update-certificate --certificate-id {test.CertificateId} --new-status ACTIVE", failure.Remedy);
    }

    private static async Task AssertFails(
        ProviderTest test, TlsServer server, CredentialFailureKind kind, string message, string cause, string remedy)
    {
        var failure = await test.FailAsync();
        Assert.Equal(kind, failure.Kind);
        Assert.False(failure.IsTransient);
        Assert.Contains(message, failure.Message);
        Assert.Contains(cause, failure.Cause);
        Assert.Contains(remedy, failure.Remedy);
        Assert.Empty(server.Requests);
    }
}
