using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using DeviceAgent.Diagnostics;
using DeviceAgent.History;
using DeviceAgent.Local;

namespace DeviceAgent.Tests.Local;

/// <summary>The page on the device: who may see it, and what it says.</summary>
public sealed partial class DevicePageTests
{
    private const string Host = "Host: 127.0.0.1:PORT";
    private const string Bearer = "Authorization: Bearer TOKEN";

    [Theory]
    [InlineData("GET", "/", Host, 200)]
    [InlineData("GET", "/", "Host: localhost:PORT\r\nSec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate", 200)]
    [InlineData("GET", "/v1/status", $"{Host}\r\n{Bearer}\r\nSec-Fetch-Site: same-origin", 200)]
    [InlineData("GET", "/v1/history", $"{Host}\r\n{Bearer}\r\nOrigin: http://127.0.0.1:PORT", 200)]
    [InlineData("GET", "/v1/history?after=1764500000", $"{Host}\r\n{Bearer}", 200)]
    [InlineData("GET", "/v1/history?after=-1", $"{Host}\r\n{Bearer}", 400)]
    [InlineData("GET", "/v1/history?before=1", $"{Host}\r\n{Bearer}", 400)]
    [InlineData("GET", "/v1/logs", $"{Host}\r\n{Bearer}", 200)]
    [InlineData("GET", "/v1/status", Host, 401)]
    [InlineData("GET", "/v1/history", Host, 401)]
    [InlineData("GET", "/v1/logs", $"{Host}\r\nAuthorization: Bearer {TestEndpoint.Canary}-and-more-than-thirty-two", 401)]
    [InlineData("GET", "/v1/status", $"{Host}\r\nAuthorization: Bearer INGEST", 401)]
    [InlineData("GET", "/", "Host: evil.example:PORT", 403)]
    [InlineData("GET", "/", "Host: 127.0.0.1:1", 403)]
    [InlineData("GET", "/", $"{Host}\r\nSec-Fetch-Site: cross-site", 403)]
    [InlineData("GET", "/v1/status", $"{Host}\r\n{Bearer}\r\nSec-Fetch-Site: same-site", 403)]
    [InlineData("GET", "/v1/status", $"{Host}\r\n{Bearer}\r\nOrigin: http://localhost:PORT", 403)]
    [InlineData("GET", "/v1/status", $"{Host}\r\n{Bearer}\r\nOrigin: null", 403)]
    [InlineData("GET", "/", $"{Host}\r\nX-Forwarded-For: 10.0.0.1", 403)]
    [InlineData("POST", "/", Host, 405)]
    [InlineData("GET", "/v1/credentials", $"{Host}\r\n{Bearer}", 404)]
    [InlineData("GET", "/v1/spool/export", $"{Host}\r\n{Bearer}", 404)]
    [InlineData("POST", "/v1/readings", $"{Host}\r\n{Bearer}", 404)]
    [InlineData("GET", "/metrics", $"{Host}\r\n{Bearer}", 404)]
    public async Task Request_ByThePagesPort_IsAnsweredOnlyToThePageWithItsToken(string method, string path, string headers, int expected)
    {
        await using var endpoint = await TestEndpoint.StartAsync(hasPage: true);
        var answer = await SendAsync(endpoint, method, path, headers, endpoint.PagePort);
        Assert.StartsWith($"HTTP/1.1 {expected.ToString(CultureInfo.InvariantCulture)} ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Access-Control", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Cache-Control: no-store", answer, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A person forwards any port to the socket: the page, and no other page, and nothing else for browsers.</summary>
    [Theory]
    [InlineData("/", "localhost:9000", "none", null, 200)]
    [InlineData("/v1/status", "127.0.0.1:9000", "same-origin", "http://127.0.0.1:9000", 200)]
    [InlineData("/v1/logs", "localhost:9000", "cross-site", null, 403)]
    [InlineData("/v1/history", "evil.example", "same-origin", null, 403)]
    [InlineData("/v1/status", "localhost:9000", "same-origin", "http://evil.example", 403)]
    [InlineData("/v1/spool/export", "localhost:9000", "same-origin", null, 403)]
    [InlineData("/v1/spool/export", "localhost", null, null, 200)]
    public async Task Request_ByTheSocket_OfABrowserIsAnsweredForThePageAlone(string path, string host, string? site, string? origin, int expected)
    {
        await using var endpoint = await TestEndpoint.StartAsync(hasPage: true);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = host;
        if (site is not null) request.Headers.Add("Sec-Fetch-Site", site);
        if (origin is not null) request.Headers.Add("Origin", origin);
        using var answer = await endpoint.SendAsync(request);
        Assert.Equal(expected, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Page_WithoutItsKey_IsNotThere()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        foreach (var path in new[] { "/", "/v1/history", "/v1/logs" }) Assert.Equal(HttpStatusCode.NotFound, (await endpoint.GetAsync(path)).StatusCode);
        Assert.False(File.Exists(Path.Combine(endpoint.Folder, ListenerToken.PageFileName)));
    }

    /// <summary>Nothing from elsewhere, nothing but its own script and style, by their hashes.</summary>
    [Fact]
    public async Task Page_IsOneFile_WithAPolicyThatHoldsWhatIsInIt()
    {
        await using var endpoint = await TestEndpoint.StartAsync(hasPage: true);
        using var answer = await endpoint.GetAsync("/");
        var page = await answer.Content.ReadAsStringAsync();
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        foreach (var (element, directive) in new[] { ("script", "script-src"), ("style", "style-src") })
        {
            var content = Assert.Single(Regex.Matches(page, $"<{element}>(.*?)</{element}>", RegexOptions.Singleline)).Groups[1].Value;
            Assert.Contains($"{directive} 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)))}';", policy, StringComparison.Ordinal);
        }

        Assert.Contains("default-src 'none';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch(OutsideOrInline(), page);
        Assert.Contains("prefers-color-scheme: dark", page, StringComparison.Ordinal);
        Assert.InRange(page.Length, 5_000, 32_000);
    }

    [Fact]
    public async Task Data_OfThePage_HasReadingsHistoryAndLogAndNoCredentials()
    {
        var now = DateTimeOffset.UtcNow;
        await using var endpoint = await TestEndpoint.StartAsync(hasPage: true, fetched: CredentialsPortFixture.Success());
        await endpoint.Cache.GetAsync(CancellationToken.None);
        Assert.Equal(HttpStatusCode.Accepted, (await endpoint.PostAsync("""{"temperature":21.5,"door":"open"}""")).StatusCode);
        endpoint.History.Add(new HistorySample { Minute = 29_400_000, Waiting = 3, Uploaded = 2, CredentialAge = HistorySample.None }, [new("temperature", 21.5)]);
        endpoint.Lines.Note(new LoggedLine(now, "warn", "upload", 2203, "throttled"), isProblem: true);

        var all = new StringBuilder();
        foreach (var path in new[] { "/", "/v1/status", "/v1/history", "/v1/logs" }) all.Append(await SendAsync(endpoint, "GET", path, $"{Host}\r\n{Bearer}", endpoint.PagePort));
        Assert.Contains("\"temperature\":21.5", all.ToString(), StringComparison.Ordinal);
        Assert.Contains("{\"series\":[\"temperature\"],\"samples\":[[1764000000,3,2,null,21.5]", all.ToString(), StringComparison.Ordinal);
        Assert.Contains("\"level\":\"warn\",\"component\":\"upload\",\"event\":2203,\"message\":\"throttled\"", all.ToString(), StringComparison.Ordinal);
        Assert.Contains("\"last_problem\":{", all.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(TestEndpoint.Canary, all.ToString(), StringComparison.Ordinal);

        // The port for readings tells neither: any user may ask there.
        var open = await SendAsync(endpoint, "GET", "/v1/status", Host, endpoint.Port);
        Assert.DoesNotContain("last_readings", open, StringComparison.Ordinal);
        Assert.DoesNotContain("last_problem", open, StringComparison.Ordinal);
    }

    private static Task<string> SendAsync(TestEndpoint endpoint, string method, string path, string headers, int port)
    {
        var filled = headers.Replace("PORT", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("TOKEN", endpoint.PageToken, StringComparison.Ordinal).Replace("INGEST", endpoint.Token, StringComparison.Ordinal);
        return endpoint.RawAsync($"{method} {path} HTTP/1.1\r\n{filled}\r\nConnection: close\r\n\r\n", port);
    }

    [GeneratedRegex("""(src|href)\s*=\s*"(?!data:)|\son[a-z]+\s*=\s*"|\sstyle\s*=|@import|https?://(?!www\.w3\.org/2000/svg)""")]
    private static partial Regex OutsideOrInline();
}
