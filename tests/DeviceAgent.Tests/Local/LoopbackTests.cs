using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DeviceAgent.Local;

namespace DeviceAgent.Tests.Local;

/// <summary>The port: what reaches it need not come from a program on this device.</summary>
public sealed class LoopbackTests
{
    [Theory]
    [InlineData("GET", "/v1/status", "Host: 127.0.0.1:PORT", 200)]
    [InlineData("GET", "/v1/status", "Host: localhost:PORT", 200)]
    [InlineData("GET", "/v1/status", "Host: LOCALHOST:PORT", 200)]
    [InlineData("GET", "/v1/status", "Host: [::1]:PORT", 200)]
    [InlineData("GET", "/metrics", "Host: 127.0.0.1:PORT", 200)]
    [InlineData("GET", "/v1/status", "Host: 127.0.0.1", 403)]
    [InlineData("GET", "/v1/status", "Host: 127.0.0.1:1", 403)]
    [InlineData("GET", "/v1/status", "Host: evil.example:PORT", 403)]
    [InlineData("GET", "/v1/status", "Host: 127.0.0.1.evil.example:PORT", 403)]
    [InlineData("GET", "/v1/status", "Host: localhost.:PORT", 403)]
    [InlineData("GET", "/v1/status", "Host: 0.0.0.0:PORT", 403)]
    [InlineData("GET", "/v1/status", "Host: 2130706433:PORT", 403)]
    [InlineData("GET", "/v1/status", "Host:", 403)]
    [InlineData("GET", "/v1/status", "X: y", 400)]
    [InlineData("GET", "/v1/status", "Host: 127.0.0.1:PORT\r\nHost: 127.0.0.1:PORT", 400)]
    [InlineData("GET", "/v1/status", "Host: a b", 400)]
    [InlineData("GET", "http://evil.example/v1/status", "Host: 127.0.0.1:PORT", 400)]
    [InlineData("GET", "/v1/status", "Host: 127.0.0.1:PORT\r\nOrigin: http://localhost", 403)]
    [InlineData("GET", "/v1/status", "Host: 127.0.0.1:PORT\r\nOrigin: null", 403)]
    [InlineData("GET", "/v1/status", "Host: 127.0.0.1:PORT\r\nSec-Fetch-Site: none", 403)]
    [InlineData("GET", "/metrics", "Host: 127.0.0.1:PORT\r\nsec-fetch-mode: cors", 403)]
    [InlineData("GET", "/v1/status", "Host: 127.0.0.1:PORT\r\nX-Forwarded-For: 10.0.0.1", 403)]
    [InlineData("GET", "/v1/status", "Host: 127.0.0.1:PORT\r\nx-forwarded-for:", 403)]
    [InlineData("GET", "/v1/status", "Host: 127.0.0.1:PORT\r\nForwarded: for=10.0.0.1", 403)]
    [InlineData("GET", "/v1/status", "Host: 127.0.0.1:PORT\r\nVia: 1.1 proxy", 403)]
    [InlineData("GET", "/v1/spool/export", "Host: 127.0.0.1:PORT", 403)]
    [InlineData("GET", "/v1/dead-letters", "Host: 127.0.0.1:PORT", 403)]
    [InlineData("POST", "/v1/dead-letters/requeue", "Host: 127.0.0.1:PORT\r\nAuthorization: Bearer TOKEN", 403)]
    [InlineData("OPTIONS", "/v1/readings", "Host: 127.0.0.1:PORT", 405)]
    [InlineData("HEAD", "/v1/status", "Host: 127.0.0.1:PORT", 405)]
    [InlineData("DELETE", "/v1/readings", "Host: 127.0.0.1:PORT", 405)]
    [InlineData("GET", "/v1/readings", "Host: 127.0.0.1:PORT", 405)]
    [InlineData("GET", "/V1/status", "Host: 127.0.0.1:PORT", 404)]
    [InlineData("GET", "/v1/status/", "Host: 127.0.0.1:PORT", 404)]
    [InlineData("GET", "/", "Host: 127.0.0.1:PORT", 404)]
    public async Task Request_ByThePort_IsAnsweredOnlyWhenItIsLocal(string method, string path, string headers, int expected)
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        var answer = await SendAsync(endpoint, method, path, headers);
        Assert.StartsWith($"HTTP/1.1 {expected.ToString(CultureInfo.InvariantCulture)} ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Access-Control", answer, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Server:", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("Authorization: Bearer TOKEN", 202)]
    [InlineData("authorization: bearer TOKEN", 202)]
    [InlineData("X: y", 401)]
    [InlineData("Authorization: Bearer", 401)]
    [InlineData("Authorization: Bearer TOKENx", 401)]
    [InlineData("Authorization: Bearer x", 401)]
    [InlineData("Authorization: Basic TOKEN", 401)]
    [InlineData("Authorization: TOKEN", 401)]
    [InlineData("Authorization: Bearer TOKEN\r\nAuthorization: Bearer TOKEN", 401)]
    [InlineData("Authorization: Bearer TOKEN\r\nOrigin: http://localhost:PORT", 403)]
    public async Task Post_ByThePort_NeedsTheToken(string header, int expected)
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        var answer = await SendAsync(
            endpoint, "POST", "/v1/readings", "Host: 127.0.0.1:PORT\r\nContent-Type: application/json\r\nContent-Length: 7\r\n" + header, """{"t":1}""");
        Assert.StartsWith($"HTTP/1.1 {expected.ToString(CultureInfo.InvariantCulture)} ", answer, StringComparison.Ordinal);
        Assert.Equal(expected == 202 ? 1 : 0, endpoint.Spool.Entries.Count);
        Assert.DoesNotContain(endpoint.Token, answer, StringComparison.Ordinal);
        Assert.DoesNotContain(endpoint.Log.Texts, t => t.Contains(endpoint.Token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Request_WithoutAHost_IsRefused()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        Assert.StartsWith("HTTP/1.1 403 ", await endpoint.RawAsync("GET /v1/status HTTP/1.0\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_HeadersTooLarge_431()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        var answer = await SendAsync(endpoint, "GET", "/v1/status", $"Host: 127.0.0.1:PORT\r\nX: {new string('x', 9000)}");
        Assert.StartsWith("HTTP/1.1 431 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port_IsBoundToLoopbackOnly()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        var port = endpoint.Port.ToString("X4", CultureInfo.InvariantCulture);
        string[] tables = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];
        var listening = tables.SelectMany(File.ReadLines).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(f => f[3] == "0A" && f[1].EndsWith($":{port}", StringComparison.Ordinal)).Select(f => f[1].Split(':')[0]).ToList();
        Assert.Contains("0100007F", listening);
        Assert.All(listening, address => Assert.Contains(address, new[] { "0100007F", "00000000000000000000000001000000" }));
    }

    [Fact]
    public async Task Connections_AllOfThePortTaken_TheSocketStillAnswers()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        var idle = new List<TcpClient>();
        try
        {
            // One more than there may be: some one of them is closed without an answer.
            for (var i = 0; i <= new ListenerLimits().Connections; i++)
            {
                var client = new TcpClient();
                idle.Add(client);
                await client.ConnectAsync(IPAddress.Loopback, endpoint.Port);
            }

            var reads = idle.Select(ReadToEndAsync).ToList();
            Assert.Equal(0, await await Task.WhenAny(reads));
            using var answer = await endpoint.GetAsync("/v1/status");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        finally
        {
            idle.ForEach(c => c.Dispose());
        }
    }

    private static Task<string> SendAsync(TestEndpoint endpoint, string method, string path, string headers, string body = "")
    {
        headers = headers.Replace("PORT", endpoint.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("TOKEN", endpoint.Token, StringComparison.Ordinal);
        return endpoint.RawAsync($"{method} {path} HTTP/1.1\r\n{headers}\r\nConnection: close\r\n\r\n{body}");
    }

    internal static async Task<long> ReadToEndAsync(TcpClient client)
    {
        var buffer = new byte[1024];
        long total = 0;
        try
        {
            while (await client.GetStream().ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(20)) is > 0 and var read) total += read;
        }
        catch (IOException)
        {
            // Reset is closed as well.
        }

        return total;
    }
}
