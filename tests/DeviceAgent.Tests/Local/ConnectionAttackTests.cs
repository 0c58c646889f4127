using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit.Abstractions;
using static DeviceAgent.Tests.Local.CredentialsPortFixture;

namespace DeviceAgent.Tests.Local;

/// <summary>Who holds connections of the port, in great numbers or for long, keeps nobody out.</summary>
public sealed class ConnectionAttackTests(ITestOutputHelper output)
{
    private const int Batches = 20;
    private const int OfABatch = 500;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Twice what the port takes at once in each batch: a third with half a request, the others silent.</summary>
    [Fact]
    public async Task Connections_TenThousand_AGoodClientIsServedAmongThem()
    {
        await using var port = await StartAsync();
        var latencies = new List<TimeSpan>();
        for (var batch = 0; batch < Batches; batch++)
        {
            var flood = new List<TcpClient>();
            try
            {
                for (var i = 0; i < OfABatch; i++) flood.Add(await ConnectAsync(port, i % 3 == 0 ? "GET /v1/cred" : ""));
                var sent = Stopwatch.GetTimestamp();
                Assert.Equal(200, Status(await port.GetAsync()));
                latencies.Add(Stopwatch.GetElapsedTime(sent));
            }
            finally
            {
                flood.ForEach(c => c.Dispose());
            }
        }

        latencies.Sort();
        output.WriteLine($"a good client's answer among {OfABatch} connections: median {latencies[Batches / 2].TotalMilliseconds:0.0} ms, at most {latencies[^1].TotalMilliseconds:0.0} ms");
    }

    /// <summary>The server's own clock drives this: it takes some seconds.</summary>
    [Fact]
    public async Task Heads_ThatTrickleIn_AreCutOffAndAGoodClientIsServedMeanwhile()
    {
        await using var port = await StartAsync();
        var slow = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 100; i++) slow.Add(await ConnectAsync(port, port.Fill("GET /v1/credentials HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nAuthorization: TOKEN\r\n")));
            using var rhythm = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
            using var timeout = new CancellationTokenSource(Patience);
            var cut = slow.Select(c => ReadToEndAsync(c, timeout.Token)).ToList();
            while (cut.Exists(c => !c.IsCompleted))
            {
                // A header more, and the blank line never.
                foreach (var client in slow) await TryWriteAsync(client, "X: y\r\n");
                Assert.Equal(200, Status(await port.GetAsync()));
                await rhythm.WaitForNextTickAsync(timeout.Token);
            }

            Assert.All(await Task.WhenAll(cut), answer => Assert.DoesNotContain("canary", answer, StringComparison.Ordinal));
        }
        finally
        {
            slow.ForEach(c => c.Dispose());
        }
    }

    private static async Task<TcpClient> ConnectAsync(CredentialsPortFixture port, string beginning)
    {
        // Reset at the end: no port of this machine is left in TIME_WAIT.
        var client = new TcpClient { LingerState = new LingerOption(enable: true, seconds: 0) };
        await client.ConnectAsync(IPAddress.Loopback, port.Endpoint.CredentialsPort);
        await TryWriteAsync(client, beginning);
        return client;
    }

    private static async Task TryWriteAsync(TcpClient client, string text)
    {
        try
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // Cut off already: the write fails, or there is no stream any more.
        }
    }

    private static async Task<string> ReadToEndAsync(TcpClient client, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(client.GetStream(), leaveOpen: true);
        try
        {
            return await reader.ReadToEndAsync(cancellationToken);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
