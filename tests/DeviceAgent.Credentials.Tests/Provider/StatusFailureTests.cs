using DeviceAgent.Credentials.Tests.Fixtures;
using DeviceAgent.Credentials.Text;
using static DeviceAgent.Credentials.CredentialFailureKind;

namespace DeviceAgent.Credentials.Tests.Provider;

public sealed class StatusFailureTests
{
    /// <summary>Status, the service's text, kind, word of the cause, command or name in the remedy.</summary>
    public static TheoryData<int, string, CredentialFailureKind, string, string> Rows => new()
    {
        { 403, "Certificate is invalid on this endpoint", CertificateNotAccepted, "certificate", "aws iot update-certificate --certificate-id {id} --new-status ACTIVE" },
        { 403, "Invalid thing name passed", ThingNotAttached, "thing", "aws iot attach-thing-principal --thing-name boiler-07 --principal $(aws iot describe-certificate --certificate-id {id} --query certificateDescription.certificateArn --output text)" },
        { 403, "Access Denied", AccessDenied, "IoT policy", "iot:AssumeRoleWithCertificate on the ARN of this alias (aws iot describe-role-alias --role-alias fleet-ddb)" },
        { 403, "Something new", Forbidden, "certificate, thing or IoT policy", "aws iot describe-certificate --certificate-id {id}" },
        { 404, "Role alias does not exist", RoleAliasNotFound, "role alias", "aws iot create-role-alias --role-alias fleet-ddb" },
        { 404, "Not Found", NotFound, "configuration", "aws iot describe-endpoint --endpoint-type iot:CredentialProvider" },
        { 400, "Unable to assume the role, or the role to assume does not exist", RoleNotAssumable, "role trust", "credentials.iot.amazonaws.com" },
        { 400, "The requested CredentialDurationSeconds exceeds the MaxSessionDuration set for the role", DurationTooLong, "duration", "aws iot update-role-alias --role-alias fleet-ddb --credential-duration-seconds 3600" },
        { 400, "Something new", BadRequest, "role", "aws iot describe-role-alias --role-alias fleet-ddb" },
        { 429, "Rate exceeded", Throttled, "quota", "L-DA868E55" },
        { 500, "Internal", ServiceFault, "service", "request id request-1" },
        { 503, "Unavailable", ServiceFault, "service", "request id request-1" },
        { 302, "Moved", Redirected, "network", "proxy" },
        { 418, "Teapot", UnexpectedStatus, "configuration", "describe-endpoint" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Fetch_Refused_SaysWhatWhyAndWhatToDo(int status, string text, CredentialFailureKind kind, string cause, string remedy)
    {
        await using var server = new TlsServer
        {
            Reply = (c, _) => c.SendAsync(Answers.Error(
                status, text, "x-amzn-ErrorType: aws.iot#SomeException:http://internal/", "Location: https://elsewhere.example/")),
        };
        using var test = new ProviderTest(server.Endpoint);
        var failure = await test.FailAsync();

        Assert.Equal(kind, failure.Kind);
        Assert.Equal(status, failure.StatusCode);
        Assert.Equal("SomeException", failure.ErrorType);
        Assert.Equal("request-1", failure.RequestId);
        Assert.Equal(status is 429 or >= 500, failure.IsTransient);
        if (status != 302) Assert.Contains(text, failure.Message);
        Assert.StartsWith(cause, failure.Cause);
        Assert.Contains(remedy.Replace("{id}", test.CertificateId), failure.Remedy);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Fetch_EveryRow_HasItsOwnMessageCauseAndRemedy()
    {
        var failures = new List<CredentialFailure>();
        foreach (var row in Rows)
        {
            var (status, text) = ((int)row[0], (string)row[1]);
            await using var server = new TlsServer { Reply = (c, _) => c.SendAsync(Answers.Error(status, text)) };
            using var test = new ProviderTest(server.Endpoint);
            failures.Add((await test.FailAsync()) with { RequestId = null });
        }

        var byKind = failures.DistinctBy(f => f.Kind).ToList();
        Assert.Equal(Rows.Count - 1, byKind.Count);
        Assert.Equal(byKind.Count, byKind.Select(f => f.Message.Replace(":", "")).Distinct().Count());
        Assert.Equal(byKind.Count, byKind.Select(f => f.Cause).Distinct().Count());
        Assert.Equal(byKind.Count, byKind.Select(f => f.Remedy).Distinct().Count());
    }

    /// <summary>Where the alias may be the reason, that is asked first, with its name as configured; a command has no placeholder that could be filled in.</summary>
    [Theory]
    [InlineData(403, "Access Denied")]
    [InlineData(403, "Something new")]
    [InlineData(404, "Role alias does not exist")]
    [InlineData(404, "Resource not found")]
    public async Task Fetch_AliasMayBeMisspelt_AsksThatFirst(int status, string text)
    {
        await using var server = new TlsServer { Reply = (c, _) => c.SendAsync(Answers.Error(status, text)) };
        using var test = new ProviderTest(server.Endpoint);
        var failure = await test.FailAsync();
        Assert.StartsWith("Is the role alias 'fleet-ddb' misspelt (case counts)? Those that there are: aws iot list-role-aliases. ", failure.Remedy);
        Assert.DoesNotContain("ACCOUNT", failure.Remedy);
        Assert.DoesNotContain("REGION", failure.Remedy);
    }

    [Fact]
    public async Task Fetch_ResourceNotFound_IsOfTheAlias()
    {
        await using var server = new TlsServer { Reply = (c, _) => c.SendAsync(Answers.Error(404, "Resource not found", "x-amzn-ErrorType: ResourceNotFoundException")) };
        using var test = new ProviderTest(server.Endpoint);
        Assert.Equal(RoleAliasNotFound, (await test.FailAsync()).Kind);
    }

    [Theory]
    [InlineData("Retry-After: 17", 17)]
    [InlineData("Retry-After: Sun, 01 Mar 2026 12:00:40 GMT", 40)]
    public async Task Fetch_Throttled_KeepsRetryAfter(string header, int seconds)
    {
        await using var server = new TlsServer { Reply = (c, _) => c.SendAsync(Answers.Error(429, "slow down", header, Answers.DateHeader(Pki.Now))) };
        using var test = new ProviderTest(server.Endpoint);
        Assert.Equal(TimeSpan.FromSeconds(seconds), (await test.FailAsync()).RetryAfter);
    }

    [Fact]
    public async Task Fetch_RefusedWithDate_MeasuresTheClockOffset()
    {
        await using var server = new TlsServer { Reply = (c, _) => c.SendAsync(Answers.Error(403, "Access Denied", Answers.DateHeader(Pki.Now.AddHours(-1)))) };
        using var test = new ProviderTest(server.Endpoint);
        Assert.Equal(TimeSpan.FromHours(-1), (await test.FailAsync()).ClockOffset);
    }

    [Fact]
    public async Task Fetch_BodyIsNoJson_IsNotQuoted()
    {
        await using var server = new TlsServer { Reply = (c, _) => c.SendAsync(Answers.Http(503, "<html>\n<b>portal</b>\u001b[31m" + new string('x', 1000))) };
        using var test = new ProviderTest(server.Endpoint);
        var failure = await test.FailAsync();
        Assert.Contains("503 without a message", failure.Message);
        Assert.DoesNotContain("portal", failure.ToString());
    }

    /// <summary>ESC, the end of a line, the override of the writing direction, a separator of lines, a zero-width space.</summary>
    [Fact]
    public async Task Fetch_MessageTypeAndIdAreNotPrintable_AreCleanedAndCut()
    {
        await using var server = new TlsServer
        {
            Reply = (c, _) => c.SendAsync(Answers.Http(
                503, "{\"message\":\"a\\u001b[31m\\r\\nb\\u202ec\\u2028d\\u200be" + new string('x', 1000) + "\"}", "x-amzn-ErrorType: T\u0080" + new string('y', 500), "x-amzn-RequestId: R\u0085" + new string('z', 500))),
        };
        using var test = new ProviderTest(server.Endpoint);
        var failure = await test.FailAsync();
        Assert.Contains("\"a [31m  b c d exxx", failure.Message);
        Assert.InRange(failure.Message.Length, 1, 500);
        Assert.All([failure.ErrorType!, failure.RequestId!], t => Assert.True(t.Length <= 100 && !t.Any(char.IsControl), t));
        Assert.Equal(PrintableText.Whole(failure.ToString()), failure.ToString());
    }

    /// <summary>101 has no body in HTTP: what comes behind it is the stream of another protocol.</summary>
    [Theory]
    [InlineData(101)]
    [InlineData(203)]
    [InlineData(403)]
    [InlineData(503)]
    public async Task Fetch_CredentialsWithAnotherStatus_NothingOfThemIsQuoted(int status)
    {
        foreach (var body in new[] { Answers.Body(), Answers.Body()[..^1] + ",\"message\":\"" + Answers.SecretKey + "\"}", Answers.Body()[..^9] })
        {
            await using var server = new TlsServer { Reply = (c, _) => c.SendAsync(Answers.Http(status, body, "Connection: upgrade", "Upgrade: websocket")) };
            using var test = new ProviderTest(server.Endpoint);
            Assert.DoesNotContain("canary", (await test.FailAsync()).ToString());
        }
    }

    [Fact]
    public async Task Fetch_ExpiredDeviceCertificateRefused_SaysSo()
    {
        await using var server = new TlsServer { Reply = (c, _) => c.SendAsync(Answers.Error(403, "Certificate is invalid on this endpoint")) };
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        using var device = Pki.DeviceCertificate(Pki.Root, key, Pki.Now.AddDays(-20), Pki.Now.AddDays(-1));
        using var test = new ProviderTest(server.Endpoint, device: device);
        Assert.Contains("expired at 2026-02-28", (await test.FailAsync()).Remedy);
    }
}
