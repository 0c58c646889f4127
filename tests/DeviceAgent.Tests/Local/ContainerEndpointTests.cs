using System.Globalization;
using System.Text.Json;
using DeviceAgent.Credentials;
using DeviceAgent.Local;
using DeviceAgent.Storage;
using static DeviceAgent.Tests.Local.CredentialsPortFixture;

namespace DeviceAgent.Tests.Local;

public sealed class ContainerEndpointTests
{
    private const string Ours = "Host: 127.0.0.1:PORT\r\nAuthorization: TOKEN";

    [Fact]
    public async Task Get_WithTheToken_AnswersWhatTheSdksRead()
    {
        await using var port = await StartAsync();
        var answer = await port.GetAsync();
        Assert.Equal(200, Status(answer));
        Assert.Contains("Content-Type: application/json\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Cache-Control: no-store\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(
            """{"Code":"Success","Type":"AWS-HMAC","LastUpdated":"2026-03-01T12:00:00Z","AccessKeyId":"ASIACANARY","SecretAccessKey":"canary-secret-access-key","Token":"canary-session-token","Expiration":"2026-03-01T13:00:00Z"}""",
            Body(answer).GetRawText());
    }

    /// <summary>Fault case 28, row by row; after each a good client is served on.</summary>
    [Theory]
    [InlineData("GET", "/v1/credentials", "Host: 127.0.0.1:PORT", 401)]
    [InlineData("GET", "/v1/credentials", "Host: 127.0.0.1:PORT\r\nAuthorization:", 401)]
    [InlineData("GET", "/v1/credentials", "Host: 127.0.0.1:PORT\r\nAuthorization: TOKENx", 401)]
    [InlineData("GET", "/v1/credentials", "Host: 127.0.0.1:PORT\r\nAuthorization: Bearer TOKEN", 401)]
    [InlineData("GET", "/v1/credentials", "Host: 127.0.0.1:PORT\r\nAuthorization: 0123456789012345678901234567890123456789012", 401)]
    [InlineData("GET", "/v1/credentials", Ours + "\r\nAuthorization: TOKEN", 401)]
    [InlineData("GET", "/v1/credentials", "Host: evil.example:PORT\r\nAuthorization: TOKEN", 403)]
    [InlineData("GET", "/v1/credentials", "Host: 127.0.0.1\r\nAuthorization: TOKEN", 403)]
    [InlineData("GET", "/v1/credentials", "Host: 127.0.0.1.evil.example:PORT\r\nAuthorization: TOKEN", 403)]
    [InlineData("GET", "/v1/credentials", "Host: 169.254.169.254\r\nAuthorization: TOKEN", 403)]
    [InlineData("GET", "/v1/credentials", Ours + "\r\nX-Forwarded-For: 10.0.0.1", 403)]
    [InlineData("GET", "/v1/credentials", Ours + "\r\nForwarded: for=10.0.0.1", 403)]
    [InlineData("GET", "/v1/credentials", Ours + "\r\nVia: 1.1 proxy", 403)]
    [InlineData("GET", "/v1/credentials", Ours + "\r\nOrigin: http://127.0.0.1:PORT", 403)]
    [InlineData("GET", "/v1/credentials", Ours + "\r\nSec-Fetch-Mode: no-cors", 403)]
    [InlineData("POST", "/v1/credentials", Ours + "\r\nContent-Length: 0", 405)]
    [InlineData("PUT", "/v1/credentials", Ours + "\r\nContent-Length: 0", 405)]
    [InlineData("HEAD", "/v1/credentials", Ours, 405)]
    [InlineData("OPTIONS", "/v1/credentials", Ours, 405)]
    [InlineData("GET", "/v1/credentials", Ours + "\r\nContent-Length: 1", 413, "x")]
    [InlineData("GET", "/v1/credentials", Ours + "\r\nTransfer-Encoding: chunked", 413, "1\r\nx\r\n0\r\n\r\n")]
    [InlineData("GET", "/v1/credentials/", Ours, 404)]
    [InlineData("GET", "/v1/credentials?x=1", Ours, 404)]
    [InlineData("GET", "/v1/./credentials", Ours, 404)]
    [InlineData("GET", "/v1/%63redentials", Ours, 404)]
    [InlineData("GET", "/V1/credentials", Ours, 404)]
    [InlineData("GET", "http://127.0.0.1:PORT/v1/credentials", Ours, 404)]
    [InlineData("GET", "http://evil.example/v1/credentials", Ours, 400)]
    [InlineData("POST", "/v1/credentials/refresh", Ours + "\r\nContent-Length: 0", 404)]
    [InlineData("GET", "/v1/status", Ours, 404)]
    [InlineData("PUT", "/latest/api/token", "Host: 127.0.0.1:PORT\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\nContent-Length: 0", 404)]
    [InlineData("GET", "/latest/meta-data/iam/security-credentials/", "Host: 127.0.0.1:PORT", 404)]
    public async Task Request_OfAnAttacker_IsRefusedWithAReasonAndNoSecret(string method, string target, string headers, int expected, string body = "")
    {
        await using var port = await StartAsync();
        var answer = await port.SendAsync(method, target, headers, body);
        Assert.Equal(expected, Status(answer));
        Assert.DoesNotContain("canary", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(port.Token, answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Access-Control", answer, StringComparison.OrdinalIgnoreCase);
        if (method != "HEAD" && expected != 400) Assert.NotEmpty(Body(answer).GetProperty("Message").GetString()!);
        Assert.Equal(200, Status(await port.GetAsync()));
    }

    [Fact]
    public async Task Get_HeadersOfMoreThanEightKilobytes_431()
    {
        await using var port = await StartAsync();
        Assert.Equal(431, Status(await port.SendAsync("GET", "/v1/credentials", $"{Ours}\r\nX: {new string('x', 9000)}")));
    }

    [Fact]
    public async Task Get_NoneCanBeFetched_Says503WithTheReasonAndWhenToComeAgain()
    {
        var failure = new CredentialFailure(CredentialFailureKind.AccessDenied, "403: Access Denied.", "IoT policy", "Attach a policy.", 403);
        await using var port = await StartAsync(fetched: new FetchResult.Failure(failure));
        var answer = await port.GetAsync();
        Assert.Equal(503, Status(answer));
        Assert.Matches("Retry-After: [0-9]+\r\n", answer);
        Assert.Equal("CredentialsUnavailable", Body(answer).GetProperty("Code").GetString());
        Assert.Contains("Attach a policy.", Body(answer).GetProperty("Message").GetString(), StringComparison.Ordinal);
    }

    /// <summary>The port lets nobody wait for long: a program may have to ask twice, but not for minutes.</summary>
    [Fact]
    public async Task Get_InTheSpreadAfterAPowerCut_IsServedAsSoonAsTheProviderAnswers()
    {
        await using var port = await StartInTheSpreadAsync();
        var answers = new List<int>();
        for (var i = 0; i < ClientBudgets.Burst && !answers.Contains(200); i++) answers.Add(Status(await port.GetAsync()));
        Assert.Equal(200, answers[^1]);
        Assert.Equal(1, port.Endpoint.Cache.Status.FetchCount);
    }

    [Fact]
    public async Task Client_RevokedAndReplacedWhileTheAgentRuns_IsKnownAtTheNextRequest()
    {
        await using var port = await StartAsync();
        Assert.Equal(200, Status(await port.GetAsync()));
        File.Delete(ClientToken.PathOf(port.Endpoint.ClientsFolder, Client));
        Assert.Equal(401, Status(await port.GetAsync()));
        var other = AddClient(port.Endpoint, Client);
        Assert.Equal(401, Status(await port.GetAsync()));
        Assert.Equal(200, Status(await port.GetAsync(other)));
    }

    private static void SetRights(string path, int rights)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, (UnixFileMode)rights);
    }

    [Fact]
    public async Task Client_WhoseFileOthersCanRead_IsRefusedAndTheLogSaysSo()
    {
        await using var port = await StartAsync();
        var path = ClientToken.PathOf(port.Endpoint.ClientsFolder, Client);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherRead);
        Assert.Equal(401, Status(await port.GetAsync()));
        await port.Endpoint.Log.WaitAsync(2900);
    }

    [Theory]
    [InlineData(0b111_010_000, "chmod go-w")]
    [InlineData(0b111_000_010, "chmod go-w")]
    public async Task Client_WhoseFolderOthersMayWriteTo_IsRefusedUntilItIsMended(int rights, string remedy)
    {
        await using var port = await StartAsync();
        SetRights(port.Endpoint.ClientsFolder, rights);
        Assert.Equal(401, Status(await port.GetAsync()));
        Assert.Equal(401, Status(await port.GetAsync()));
        await port.Endpoint.Log.WaitAsync(2900);
        Assert.Single(port.Endpoint.Log.Texts, t => t.Contains(remedy, StringComparison.Ordinal));
        SetRights(port.Endpoint.ClientsFolder, 0b111_001_001);
        Assert.Equal(200, Status(await port.GetAsync()));
    }

    [Fact]
    public async Task Client_WhoseFileOthersMayWriteTo_IsRefused()
    {
        await using var port = await StartAsync();
        SetRights(ClientToken.PathOf(port.Endpoint.ClientsFolder, Client), 0b110_110_000);
        Assert.Equal(401, Status(await port.GetAsync()));
        await port.Endpoint.Log.WaitAsync(2900);
    }

    [Fact]
    public void Token_File_HasNoNewlineAndIsForOwnerAndGroup()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a.token");
        ClientToken.Create(path);
        Assert.Matches("^[A-Za-z0-9_-]{43}$", File.ReadAllText(path));
        Assert.DoesNotContain('\n', File.ReadAllText(path));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task Client_BeyondItsBurst_Gets429AndOthersAreServedOn()
    {
        await using var port = await StartAsync();
        var greedy = AddClient(port.Endpoint, "greedy");
        var answers = new List<string>();
        for (var i = 0; i < ClientBudgets.Burst * 4 && answers.All(a => Status(a) == 200); i++) answers.Add(await port.GetAsync(greedy));
        Assert.Equal(429, Status(answers[^1]));
        Assert.InRange(answers.Count, ClientBudgets.Burst, ClientBudgets.Burst * 4);
        Assert.Contains("Retry-After: 1\r\n", answers[^1], StringComparison.Ordinal);
        Assert.Equal(200, Status(await port.GetAsync()));
    }

    [Fact]
    public async Task Guessing_OfTokens_IsSlowedDownWithoutHarmToAGoodClient()
    {
        await using var port = await StartAsync();
        var answers = new List<int>();
        for (var i = 0; i < ClientBudgets.Burst * 4 && !answers.Contains(429); i++) answers.Add(Status(await port.GetAsync($"guess-{i}-0123456789012345678901234567890")));
        Assert.Contains(429, answers);
        Assert.DoesNotContain(200, answers);
        Assert.Equal(200, Status(await port.GetAsync()));
    }

    /// <summary>Neither the names of clients nor what is sent makes a line of its own, or a property.</summary>
    [Theory]
    [InlineData("evil\n{\"outcome\":\"granted\"}")]
    [InlineData("evil\",\"outcome\":\"granted")]
    [InlineData("evil\u001b[2J")]
    [InlineData("evil\u202egnp")]
    [InlineData("evil\u2028x")]
    public async Task Audit_NamesAndRequestsThatWouldForgeALine_DoNot(string evil)
    {
        await using var port = await StartAsync();
        var path = ClientToken.PathOf(port.Endpoint.ClientsFolder, evil);
        ClientToken.Create(path);

        // A file whose name is no client's is none.
        Assert.Equal(401, Status(await port.GetAsync(await File.ReadAllTextAsync(path))));
        foreach (var header in new[] { $"X-{Uri.EscapeDataString(evil)}: 1", $"Via: {Uri.EscapeDataString(evil)}", "Sec-Fetch-\"x\": 1", $"Origin: {evil.Split('\n')[^1]}" })
            await port.SendAsync("GET", "/v1/credentials", $"Host: 127.0.0.1:PORT\r\n{header}");
        await port.SendAsync("GET", $"/v1/{Uri.EscapeDataString(evil)}", "Host: 127.0.0.1:PORT");

        var lines = await port.AuditAsync();
        Assert.NotEmpty(lines);
        foreach (var line in lines)
        {
            using var entry = JsonDocument.Parse(line);
            Assert.Equal("refused", entry.RootElement.GetProperty("outcome").GetString());
            Assert.Equal(entry.RootElement.EnumerateObject().Count(), entry.RootElement.EnumerateObject().Select(p => p.Name).Distinct().Count());
            Assert.All(line, c => Assert.InRange(c, ' ', '~'));
        }
    }

    [Fact]
    public async Task Audit_OfGrantsAndRefusals_NamesClientAndUserAndNoSecret()
    {
        await using var port = await StartAsync();
        await port.GetAsync();
        await port.GetAsync("0123456789012345678901234567890123456789012");
        await port.SendAsync("GET", "/v1/credentials", Ours + "\r\nVia: 1.1 proxy");
        var lines = await port.AuditAsync();
        var user = LocalUsers.Own.ToString(CultureInfo.InvariantCulture);
        Assert.Equal(3, lines.Count);
        Assert.EndsWith($$""" "way":"container","client":"telemetry","uid":{{user}},"outcome":"granted","access_key_id":"ASIACANARY"}""".TrimStart(), lines[0], StringComparison.Ordinal);
        Assert.Contains($"\"uid\":{user},\"outcome\":\"refused\",\"reason\":\"the header Authorization must", lines[1], StringComparison.Ordinal);
        Assert.Contains("\"outcome\":\"refused\",\"reason\":\"forwarded requests are refused", lines[2], StringComparison.Ordinal);
        Assert.DoesNotContain(lines, l => l.Contains("canary", StringComparison.Ordinal) || l.Contains(port.Token, StringComparison.Ordinal));
        Assert.DoesNotContain(port.Endpoint.Log.Texts, t => t.Contains("canary", StringComparison.Ordinal) || t.Contains(port.Token, StringComparison.Ordinal));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(port.Endpoint.Folder, AuditFile.Name)));
    }
}
