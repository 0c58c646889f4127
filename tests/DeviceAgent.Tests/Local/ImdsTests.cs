using DeviceAgent.Local;
using DeviceAgent.TestSupport;
using static DeviceAgent.Tests.Local.CredentialsPortFixture;

namespace DeviceAgent.Tests.Local;

public sealed class ImdsTests
{
    private const string Host = "Host: 127.0.0.1:PORT";
    private const string Credentials = "/latest/meta-data/iam/security-credentials/";

    [Theory]
    [InlineData(Credentials, "device-agent")]
    [InlineData("/latest/meta-data/iam/security-credentials", "device-agent")]
    [InlineData("/latest/meta-data/placement/availability-zone/", "us-east-1a")]
    [InlineData("/latest/meta-data/placement/availability-zone", "us-east-1a")]
    [InlineData("/latest/meta-data/placement/region", "us-east-1")]
    [InlineData("//latest/meta-data/placement/region", "us-east-1")]
    [InlineData("/latest/dynamic/instance-identity/document", """{"region":"us-east-1","availabilityZone":"us-east-1a"}""")]
    public async Task Get_WithATokenOfAPut_Answers(string target, string expected)
    {
        await using var port = await StartAsync(imds: true);
        var answer = await port.SendAsync("GET", target, $"{Host}\r\nX-aws-ec2-metadata-token: {await TokenAsync(port)}");
        Assert.Equal(200, Status(answer));
        Assert.Equal(expected, answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..].Trim());
    }

    [Fact]
    public async Task Get_CredentialsOfTheRole_AnswersThem()
    {
        await using var port = await StartAsync(imds: true);
        var answer = await port.SendAsync("GET", Credentials + "device-agent", $"{Host}\r\nx-aws-ec2-metadata-token: {await TokenAsync(port)}");
        Assert.Equal("canary-session-token", Body(answer).GetProperty("Token").GetString());
        Assert.Contains((await port.AuditAsync()), l => l.Contains("\"way\":\"imds\"", StringComparison.Ordinal) && l.Contains("granted", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("GET", Credentials, "", 401)]
    [InlineData("GET", Credentials + "device-agent", "", 401)]
    [InlineData("GET", Credentials + "device-agent", "X-aws-ec2-metadata-token: made-up", 401)]
    [InlineData("GET", Credentials + "device-agent", "X-aws-ec2-metadata-token: TOKEN", 401)]
    [InlineData("GET", Credentials + "another", "X-aws-ec2-metadata-token: SESSION", 404)]
    [InlineData("GET", "/latest/meta-data/", "X-aws-ec2-metadata-token: SESSION", 404)]
    [InlineData("GET", Credentials, "X-aws-ec2-metadata-token: SESSION\r\nX-Forwarded-For: 10.0.0.1", 403)]
    [InlineData("GET", "/v1/credentials", "Authorization: SESSION", 401)]
    [InlineData("PUT", "/latest/api/token", "Content-Length: 0", 400)]
    [InlineData("PUT", "/latest/api/token", "Content-Length: 0\r\nX-aws-ec2-metadata-token-ttl-seconds: 0", 400)]
    [InlineData("PUT", "/latest/api/token", "Content-Length: 0\r\nX-aws-ec2-metadata-token-ttl-seconds: 21601", 400)]
    [InlineData("PUT", "/latest/api/token", "Content-Length: 0\r\nX-aws-ec2-metadata-token-ttl-seconds: x", 400)]
    [InlineData("PUT", "/latest/api/token", "Content-Length: 0\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\nX-Forwarded-For: 10.0.0.1", 403)]
    [InlineData("GET", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60", 405)]
    [InlineData("POST", Credentials, "Content-Length: 0\r\nX-aws-ec2-metadata-token: SESSION", 405)]
    public async Task Request_ThatIsNotInOrder_IsRefused(string method, string target, string headers, int expected)
    {
        await using var port = await StartAsync(imds: true);
        var lines = new[] { Host, headers.Replace("SESSION", await TokenAsync(port), StringComparison.Ordinal) }.Where(l => l.Length > 0);
        var answer = await port.SendAsync(method, target, string.Join("\r\n", lines));
        Assert.Equal(expected, Status(answer));
        Assert.DoesNotContain("canary", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_OfAPut_IsInNoLog()
    {
        await using var port = await StartAsync(imds: true);
        var token = await TokenAsync(port);
        Assert.DoesNotContain(await port.AuditAsync(), l => l.Contains(token, StringComparison.Ordinal));
        Assert.DoesNotContain(port.Endpoint.Log.Texts, t => t.Contains(token, StringComparison.Ordinal));
        await port.Endpoint.Log.WaitAsync(2902);
    }

    [Fact]
    public void Tokens_AtTheirEnd_AreNoLongerGood()
    {
        var time = new ManualTimeProvider();
        var tokens = new ImdsTokens(time);
        var token = tokens.Issue(1000, TimeSpan.FromSeconds(60));
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(TimeSpan.FromSeconds(1), tokens.LifeOf(token));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(tokens.LifeOf(token));
    }

    [Fact]
    public void Tokens_OfOneUserWhoAsksForMany_PushOutHisOwnOnly()
    {
        var tokens = new ImdsTokens(new ManualTimeProvider());
        var good = tokens.Issue(1000, TimeSpan.FromHours(1));
        var first = tokens.Issue(65_534, TimeSpan.FromHours(1));
        for (var i = 0; i < ImdsTokens.MaxTokens * 2; i++) tokens.Issue(65_534, TimeSpan.FromHours(1));
        Assert.NotNull(tokens.LifeOf(good));
        Assert.Null(tokens.LifeOf(first));
    }

    private static async Task<string> TokenAsync(CredentialsPortFixture port)
    {
        var answer = await port.SendAsync("PUT", "/latest/api/token", $"{Host}\r\nX-aws-ec2-metadata-token-ttl-seconds: 21600\r\nContent-Length: 0");
        Assert.Contains("X-aws-ec2-metadata-token-ttl-seconds: 21600\r\n", answer, StringComparison.OrdinalIgnoreCase);
        return answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
    }
}
