using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using DeviceAgent.Local;

namespace DeviceAgent.Tests.Local;

/// <summary>Clients that send slowly to hold connections are cut off. The server's own clock drives these: they take a second or two.</summary>
public sealed class SlowClientTests
{
    private static readonly ListenerLimits Impatient = new() { HeaderTimeout = TimeSpan.FromSeconds(1), TrickleGrace = TimeSpan.FromSeconds(1.5), KeepAlive = TimeSpan.FromSeconds(1) };

    private static readonly (string Beginning, string Answer)[] Requests =
    [
        ("GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nX: y\r\n", "HTTP/1.1 408 "),
        ("POST /v1/readings HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nAuthorization: Bearer TOKEN\r\nContent-Type: application/json\r\nContent-Length: 500000\r\n\r\n[", "HTTP/1.1 408 "),
        ("POST /v1/readings HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nAuthorization: Bearer TOKEN\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[\r\n", "HTTP/1.1 408 "),
        ("", ""),
    ];

    [Fact]
    public async Task Requests_ThatDoNotGoOn_AreCutOff()
    {
        await using var endpoint = await TestEndpoint.StartAsync(limits: Impatient);
        var answers = await Task.WhenAll(Requests.Select(r => SendAsync(endpoint, r.Beginning)));
        Assert.All(answers.Zip(Requests), a => Assert.StartsWith(a.Second.Answer, a.First, StringComparison.Ordinal));
        Assert.Equal("", answers[^1]);
    }

    [Fact]
    public async Task Requests_OfOthers_AreAnsweredAtOnceMeanwhile()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        var slow = new List<Task<HttpResponseMessage>>();
        using var stop = new CancellationTokenSource();
        using var client = TestEndpoint.Client(endpoint.SocketPath);
        for (var i = 0; i < 20; i++) slow.Add(client.PostAsync("/v1/readings", new StuckContent(stop.Token), stop.Token));
        for (var i = 0; i < 20; i++)
        {
            using var good = await endpoint.PostAsync("""{"t":1}""");
            Assert.Equal(HttpStatusCode.Accepted, good.StatusCode);
        }

        Assert.All(slow, s => Assert.False(s.IsCompletedSuccessfully));
        await stop.CancelAsync();
        foreach (var request in slow) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
    }

    private static async Task<string> SendAsync(TestEndpoint endpoint, string beginning)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, endpoint.Port);
        var text = beginning.Replace("PORT", endpoint.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("TOKEN", endpoint.Token, StringComparison.Ordinal);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));
        using var reader = new StreamReader(client.GetStream());
        return await ReadAsync(reader);
    }

    private static async Task<string> ReadAsync(StreamReader reader)
    {
        try
        {
            return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>A body that begins and does not go on.</summary>
    private sealed class StuckContent : HttpContent
    {
        private readonly CancellationToken _stop;

        public StuckContent(CancellationToken stop)
        {
            _stop = stop;
            Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue("application/json");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("["u8.ToArray());
            await stream.FlushAsync();
            var stopped = new TaskCompletionSource();
            await using var registration = _stop.Register(() => stopped.TrySetCanceled());
            await stopped.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
