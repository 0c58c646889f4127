using DeviceAgent.Credentials.Tests.Fixtures;
using static DeviceAgent.Credentials.CredentialFailureKind;

namespace DeviceAgent.Credentials.Tests.Provider;

public sealed class AnswerFailureTests
{
    public static TheoryData<string, CredentialFailureKind, string> Bodies => new()
    {
        { "", AnswerMalformed, "is not the JSON" },
        { "<html>login</html>", AnswerMalformed, "line 1, column 1" },
        { Answers.Body()[..60], AnswerMalformed, "breaks off" },
        { Answers.Body().Replace("2026-03-01T13:00:00Z", "tomorrow"), AnswerMalformed, "expiration is not a time" },
        { "[]", AnswerIncomplete, "the object credentials" },
        { "{}", AnswerIncomplete, "the object credentials" },
        { """{"credentials":null}""", AnswerIncomplete, "the object credentials" },
        { """{"credentials":{}}""", AnswerIncomplete, "accessKeyId, secretAccessKey, sessionToken, expiration" },
        { Answers.Body().Replace("sessionToken", "SessionToken"), AnswerIncomplete, "lacks sessionToken" },
        { Answers.Body().Replace("\"ASIATEST00000000\"", "7"), AnswerMalformed, "accessKeyId is a number where a text belongs" },
        { Answers.Body().Replace("\"2026-03-01T13:00:00Z\"", "1772370000"), AnswerMalformed, "expiration is a number where a text belongs such as \"2026-01-05T10:00:00Z\"" },
        { Answers.Body().Replace("\"2026-03-01T13:00:00Z\"", "null"), AnswerIncomplete, "lacks expiration" },
        { Answers.Body().Replace(Answers.SecretKey, ""), AnswerIncomplete, "lacks secretAccessKey" },
        { Answers.Body().Replace(Answers.Token, "\\ud800"), AnswerMalformed, "line 1, column" },
        { Answers.Body().Replace("ASIATEST", "ASIA\\u001b[31m\\n"), AnswerMalformed, "accessKeyId is not 16 to 128 of A-Z a-z 0-9 _" },
        { Answers.Body().Replace("ASIATEST0", "ASIATEST"), AnswerMalformed, "accessKeyId is not 16 to 128" },
        { Answers.Body().Replace("ASIATEST", "ASIATEST\\u00e9"), AnswerMalformed, "accessKeyId is not 16 to 128" },
        { Answers.Body().Replace("ASIATEST", new string('A', 129)), AnswerMalformed, "accessKeyId is not 16 to 128" },
        { Answers.Body().Replace(Answers.SecretKey, Answers.SecretKey + " x"), AnswerMalformed, "secretAccessKey is not 1 to 256 of the visible characters" },
        { Answers.Body().Replace(Answers.SecretKey, Answers.SecretKey + new string('x', 256)), AnswerMalformed, "secretAccessKey is not 1 to 256" },
        { Answers.Body().Replace(Answers.Token, Answers.Token + "\\u202e"), AnswerMalformed, "sessionToken has other characters" },
        { Answers.Body().Replace(Answers.Token, Answers.Token + "\\r\\nx-amz-target: x"), AnswerMalformed, "sessionToken has other characters" },
        { Answers.Body(Pki.Now), AnswerExpired, "expired already" },
        { Answers.Body(Pki.Now.AddHours(-1)), AnswerExpired, "end 2026-03-01 11:00:00Z" },
        { Answers.Body() + new string(' ', 64 * 1024), AnswerTooLarge, "larger than 64 KiB" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Fetch_UnusableBody_IsTold(string body, CredentialFailureKind kind, string message)
    {
        await using var server = new TlsServer { Reply = (c, _) => c.SendAsync(Answers.Http(200, body, Answers.DateHeader(Pki.Now), "x-amzn-RequestId: request-2")) };
        using var test = new ProviderTest(server.Endpoint);
        var failure = await test.FailAsync();
        Assert.Equal(kind, failure.Kind);
        Assert.False(failure.IsTransient);
        Assert.Equal(200, failure.StatusCode);
        Assert.Equal("request-2", failure.RequestId);
        Assert.Contains(message, failure.Message);
        Assert.NotEmpty(failure.Cause);
        Assert.NotEmpty(failure.Remedy);
        Assert.DoesNotContain("canary", failure.ToString());
    }

    [Fact]
    public async Task Fetch_EndlessChunkedBody_IsCutAtTheLimit()
    {
        await using var server = new TlsServer
        {
            Reply = async (c, stop) =>
            {
                await c.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                while (!stop.IsCancellationRequested) await c.SendAsync("400\r\n" + new string(' ', 1024) + "\r\n");
            },
        };
        using var test = new ProviderTest(server.Endpoint);
        Assert.Equal(AnswerTooLarge, (await test.FailAsync()).Kind);
    }

    [Theory]
    [InlineData("SMTP ready, and nothing of HTTP\r\n\r\n")]
    [InlineData("HTTP/1.1 abc OK\r\n\r\n")]
    public async Task Fetch_NoHttp_IsAnswerMalformed(string answer)
    {
        await using var server = new TlsServer { Reply = (c, _) => c.SendAsync(answer) };
        using var test = new ProviderTest(server.Endpoint);
        var failure = await test.FailAsync();
        Assert.Equal(AnswerMalformed, failure.Kind);
        Assert.Contains("not valid HTTP", failure.Message);
    }

    [Fact]
    public async Task Fetch_EndlessHeaders_IsAnswerMalformed()
    {
        await using var server = new TlsServer
        {
            Reply = async (c, stop) =>
            {
                await c.SendAsync("HTTP/1.1 200 OK\r\n");
                while (!stop.IsCancellationRequested) await c.SendAsync("x-filler: " + new string('x', 1024) + "\r\n");
            },
        };
        using var test = new ProviderTest(server.Endpoint);
        var failure = await test.FailAsync();
        Assert.Equal(AnswerMalformed, failure.Kind);
        Assert.Contains("headers too large", failure.Message);
    }

    [Fact]
    public async Task Fetch_ExpiredByTheCloudsClockWithoutDate_PointsAtTheLocalClock()
    {
        await using var server = new TlsServer { Reply = (c, _) => c.SendAsync(Answers.Http(200, Answers.Body(Pki.Now.AddHours(-2)))) };
        using var test = new ProviderTest(server.Endpoint);
        var failure = await test.FailAsync();
        Assert.Equal(AnswerExpired, failure.Kind);
        Assert.Contains("timedatectl", failure.Remedy);
    }
}
