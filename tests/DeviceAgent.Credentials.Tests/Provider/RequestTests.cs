using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Credentials.Tests.Fixtures;

namespace DeviceAgent.Credentials.Tests.Provider;

public sealed class RequestTests
{
    /// <summary>A server cannot set a clock to a time at which its own certificate is not valid.</summary>
    [Theory]
    [InlineData(-31, false)]
    [InlineData(-29, true)]
    [InlineData(364, true)]
    [InlineData(366, false)]
    public async Task Fetch_DateOutsideTheServersCertificate_IsNotBelieved(int days, bool believed)
    {
        var date = Pki.Now.AddDays(days);
        await using var server = new TlsServer { Reply = (c, _) => c.SendAsync(Answers.Ok(Pki.Now.AddDays(400), date)) };
        using var test = new ProviderTest(server.Endpoint);
        var credentials = await test.SucceedAsync();
        Assert.Equal(believed ? date : null, credentials.ProviderDate);
        Assert.Equal(believed ? TimeSpan.FromDays(days) : TimeSpan.Zero, credentials.ClockOffset);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Fetch_GoodAnswer_ReturnsCredentials(SslProtocols protocol)
    {
        await using var server = new TlsServer { Protocols = protocol };
        using var test = new ProviderTest(server.Endpoint);
        var credentials = await test.SucceedAsync();

        Assert.Equal("ASIATEST00000000", credentials.AccessKeyId);
        Assert.Equal(Answers.SecretKey, credentials.SecretAccessKey.Reveal());
        Assert.Equal(Answers.Token, credentials.SessionToken.Reveal());
        Assert.Equal(Pki.Now.AddHours(1), credentials.Expiration);
        Assert.Equal(TimeSpan.FromHours(1), credentials.Lifetime);
        Assert.Equal(test.Time.GetTimestamp(), credentials.ReceivedAt);
        Assert.Equal(TimeSpan.Zero, credentials.ClockOffset);
    }

    /// <summary>A role alias gives 12 hours at most.</summary>
    [Theory]
    [InlineData(12, 0)]
    [InlineData(13, 12)]
    [InlineData(24 * 365 * 50, 12)]
    public async Task Fetch_ExpirationBeyondWhatARoleAliasGives_IsCut(int hours, int cutTo)
    {
        await using var server = new TlsServer { Reply = (c, _) => c.SendAsync(Answers.Ok(Pki.Now.AddHours(hours))) };
        using var test = new ProviderTest(server.Endpoint);
        var credentials = await test.SucceedAsync();
        var expected = cutTo == 0 ? TimeSpan.FromHours(hours) : TimeSpan.FromHours(cutTo) + TimeSpan.FromMinutes(5);
        Assert.Equal((expected, Pki.Now + expected), (credentials.Lifetime, credentials.Expiration));
    }

    [Fact]
    public async Task Fetch_Request_IsThatOfTheProtocol()
    {
        await using var server = new TlsServer();
        using var test = new ProviderTest(server.Endpoint);
        await test.SucceedAsync();

        var lines = Assert.Single(server.Requests).Split("\r\n");
        Assert.Equal("GET /role-aliases/fleet-ddb/credentials HTTP/1.1", lines[0]);
        Assert.Contains($"Host: {server.Endpoint}", lines);
        Assert.Contains("x-amzn-iot-thingname: boiler-07", lines);
        Assert.Contains("Accept: */*", lines);
        Assert.DoesNotContain(lines, l => l.StartsWith("Cookie", StringComparison.OrdinalIgnoreCase) || l.StartsWith("traceparent", StringComparison.OrdinalIgnoreCase));
        Assert.Equal("localhost", Assert.Single(server.ServerNames));
    }

    [Fact]
    public async Task Fetch_WithoutThingName_SendsNoThingHeader()
    {
        await using var server = new TlsServer();
        using var test = new ProviderTest(server.Endpoint, thingName: null);
        await test.SucceedAsync();
        Assert.DoesNotContain("thingname", Assert.Single(server.Requests), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Fetch_OtherAliasWithSpecialCharacters_IsPercentEncoded()
    {
        await using var server = new TlsServer();
        using var test = new ProviderTest(server.Endpoint);
        Assert.IsType<FetchResult.Success>(await test.StartAsync("a=b,c@d-e_f"));
        Assert.StartsWith("GET /role-aliases/a%3Db%2Cc%40d-e_f/credentials ", Assert.Single(server.Requests));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("../x")]
    [InlineData("new\nline")]
    public async Task Fetch_NameThatIsNoAlias_SendsNothing(string alias)
    {
        await using var server = new TlsServer();
        using var test = new ProviderTest(server.Endpoint);
        var failure = Assert.IsType<FetchResult.Failure>(await test.StartAsync(alias)).Reason;
        Assert.Equal(CredentialFailureKind.RoleAliasNameInvalid, failure.Kind);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.Equal(0, server.ConnectionCount);
    }

    [Fact]
    public async Task Fetch_IdentityWithIntermediate_SendsItInTheHandshake()
    {
        await using var server = new TlsServer();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var device = Pki.DeviceCertificate(Pki.Intermediate, key);
        using var test = new ProviderTest(
            server.Endpoint, device: device, chain: [X509CertificateLoader.LoadCertificate(Pki.Intermediate.RawData)]);
        await test.SucceedAsync();
        Assert.Equal(["CN=boiler-07", "CN=test intermediate"], server.ClientChain);
    }

    [Fact]
    public async Task Fetch_RsaIdentity_IsAccepted()
    {
        await using var server = new TlsServer();
        using var key = RSA.Create(2048);
        using var device = Pki.DeviceCertificate(Pki.Root, key);
        using var test = new ProviderTest(server.Endpoint, device: device);
        await test.SucceedAsync();
        Assert.Equal(["CN=boiler-07"], server.ClientChain);
    }

    [Fact]
    public async Task Fetch_CloudClockAhead_MeasuresTheOffsetAndCountsLifeByTheCloudsClock()
    {
        var cloudNow = Pki.Now.AddMinutes(10);
        await using var server = new TlsServer { Reply = (c, _) => c.SendAsync(Answers.Ok(cloudNow.AddMinutes(30), cloudNow)) };
        using var test = new ProviderTest(server.Endpoint);
        var credentials = await test.SucceedAsync();
        Assert.Equal(TimeSpan.FromMinutes(10), credentials.ClockOffset);
        Assert.Equal(TimeSpan.FromMinutes(30), credentials.Lifetime);
    }

    [Fact]
    public async Task Fetch_AnswerWithoutDate_CountsLifeByTheLocalClock()
    {
        await using var server = new TlsServer { Reply = (c, _) => c.SendAsync(Answers.Http(200, Answers.Body())) };
        using var test = new ProviderTest(server.Endpoint);
        var credentials = await test.SucceedAsync();
        Assert.Equal(TimeSpan.FromHours(1), credentials.Lifetime);
        Assert.Equal(TimeSpan.Zero, credentials.ClockOffset);
    }

    [Fact]
    public async Task Fetch_DateOfWeeksAgo_LimitsTheLifeToTheLongestThatAnAliasGives()
    {
        await using var server = new TlsServer { Reply = (c, _) => c.SendAsync(Answers.Ok(date: Pki.Now.AddDays(-20))) };
        using var test = new ProviderTest(server.Endpoint);
        var credentials = await test.SucceedAsync();
        Assert.Equal(TimeSpan.FromHours(12) + TimeSpan.FromMinutes(5), credentials.Lifetime);
        Assert.Equal(Pki.Now.AddHours(1), credentials.Expiration);
    }

    [Fact]
    public async Task Fetch_CallerCancels_ThrowsInsteadOfATimeout()
    {
        var reached = new TaskCompletionSource();
        await using var server = new TlsServer
        {
            Reply = (_, stop) =>
            {
                reached.SetResult();
                return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
            },
        };
        using var test = new ProviderTest(server.Endpoint);
        using var cancel = new CancellationTokenSource();
        var fetch = test.StartAsync(cancel.Token);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch);
    }
}
