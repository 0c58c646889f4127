using System.Net;
using System.Net.Sockets;
using System.Text;
using Amazon.DynamoDBv2;
using DeviceAgent.Clock;
using DeviceAgent.Traffic;
using DeviceAgent.Upload.DynamoDb;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Upload.DynamoDb;

/// <summary>Real connections to a server of our own on the loopback.</summary>
public sealed class WireHttpClientFactoryTests : IDisposable
{
    private readonly CountedMetrics _counted = new();
    private readonly TemporaryFolder _folder = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly WireHttpClientFactory _factory;

    public WireHttpClientFactoryTests()
    {
        _listener.Start();
        var clock = new DeviceClock(TimeProvider.System, () => true, DateTimeOffset.UnixEpoch, trustSystemTime: true, NullLogger<DeviceClock>.Instance);
        _factory = new WireHttpClientFactory(new TrafficMeter(_folder.Path, _counted.Metrics, clock, NullLogger<TrafficMeter>.Instance), TimeProvider.System);
    }

    public void Dispose()
    {
        _factory.Dispose();
        _listener.Dispose();
        _counted.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task CreateHttpClient_SeveralRequests_UseOneConnectionWhoseBytesAreCounted()
    {
        var answer = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        var server = ServeAsync(answer, requests: 3);
        for (var i = 0; i < 3; i++) Assert.Equal("{}", await NewClient().GetStringAsync(Url));
        var received = await server.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(received, _counted["wire.bytes_sent/telemetry"]);
        Assert.Equal(3 * answer.Length, _counted["wire.bytes_received/telemetry"]);
    }

    [Fact]
    public async Task CreateHttpClient_BodyStalls_EndsWithTheToken()
    {
        _ = ServeAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"), requests: 2);
        using var cancellation = new CancellationTokenSource();
        var get = NewClient().GetAsync(Url, HttpCompletionOption.ResponseHeadersRead, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => get);
    }

    [Fact]
    public async Task CreateHttpClient_BodyCut_IsAnError()
    {
        _ = ServeAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"), requests: 1);
        await Assert.ThrowsAsync<HttpRequestException>(() => NewClient().GetAsync(Url, HttpCompletionOption.ResponseHeadersRead));
    }

    /// <summary>By length, and without one: what comes is held in memory.</summary>
    [Theory]
    [InlineData("Content-Length: 1099511627776\r\n\r\n")]
    [InlineData("\r\n")]
    public async Task CreateHttpClient_EndlessBody_IsAnErrorAndCutOff(string rest)
    {
        var server = ServeEndlesslyAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\n" + rest));
        await Assert.ThrowsAsync<HttpRequestException>(() => NewClient().GetAsync(Url, HttpCompletionOption.ResponseHeadersRead));
        // What the sockets hold beside.
        Assert.InRange(await server.WaitAsync(TimeSpan.FromSeconds(20)), 0, WireHttpClientFactory.MaxAnswerBytes + (32L * 1024 * 1024));
    }

    private Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    private HttpClient NewClient() => _factory.CreateHttpClient(new AmazonDynamoDBConfig());

    /// <summary>Sends until the connection ends; returns how much it could.</summary>
    private async Task<long> ServeEndlesslyAsync(byte[] head)
    {
        using var connection = await _listener.AcceptTcpClientAsync();
        var stream = connection.GetStream();
        await stream.WriteAsync(head);
        var sent = 0L;
        try
        {
            while (true)
            {
                await stream.WriteAsync(new byte[64 * 1024]);
                sent += 64 * 1024;
            }
        }
        catch (IOException)
        {
            return sent;
        }
    }

    /// <summary>Answers on one connection, then closes it; returns how many bytes came.</summary>
    private async Task<long> ServeAsync(byte[] answer, int requests)
    {
        using var connection = await _listener.AcceptTcpClientAsync();
        var stream = connection.GetStream();
        var buffer = new byte[8192];
        var received = 0L;
        for (var i = 0; i < requests; i++)
        {
            var text = "";
            while (!text.EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                var count = await stream.ReadAsync(buffer);
                if (count == 0) return received;
                received += count;
                text += Encoding.ASCII.GetString(buffer, 0, count);
            }

            await stream.WriteAsync(answer);
        }

        return received;
    }
}
