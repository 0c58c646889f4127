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

    /// <summary>Each answer ends its connection: 600 of them hold nothing.</summary>
    [Fact]
    public async Task WrongTokens_AFlood_IsHungUpOnAndAGoodClientIsServed()
    {
        await using var port = await StartAsync();
        var wrong = new List<Task<string>>();
        using var timeout = new CancellationTokenSource(Patience);
        for (var i = 0; i < 600; i++)
        {
            var client = await ConnectAsync(port, port.Fill("GET /v1/credentials HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nAuthorization: wrong-wrong-wrong-wrong-wrong-wrong\r\n\r\n"));
            wrong.Add(ReadAndCloseAsync(client, timeout.Token));
            if (i % 20 == 0) Assert.Equal(200, Status(await port.GetAsync()));
        }

        // 401 while the budget of the user lasts, then 429; read to the end of the connection.
        Assert.All(await Task.WhenAll(wrong), answer => Assert.Matches("^(HTTP/1.1 (401|429) [^\0]*Connection: close|$)", answer));
    }

    /// <summary>All connections of the port for readings are held by bodies that do not go on, with the right token.</summary>
    [Fact]
    public async Task SlowBodies_OnAllConnections_AGoodClientIsServed()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        var slow = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 2 * new DeviceAgent.Local.ListenerLimits().Connections; i++)
            {
                var client = new TcpClient { LingerState = new LingerOption(enable: true, seconds: 0) };
                slow.Add(client);
                await client.ConnectAsync(IPAddress.Loopback, endpoint.Port);
                await TryWriteAsync(client, $"POST /v1/readings HTTP/1.1\r\nHost: 127.0.0.1:{endpoint.Port}\r\nAuthorization: Bearer {endpoint.Token}\r\nContent-Type: application/json\r\nContent-Length: 500000\r\n\r\n[");
                var good = $"POST /v1/readings HTTP/1.1\r\nHost: 127.0.0.1:{endpoint.Port}\r\nAuthorization: Bearer {endpoint.Token}\r\nContent-Type: application/json\r\nContent-Length: 7\r\nConnection: close\r\n\r\n{{\"t\":1}}";
                if (i % 8 == 0) Assert.StartsWith("HTTP/1.1 202 ", await endpoint.RawAsync(good), StringComparison.Ordinal);
            }
        }
        finally
        {
            slow.ForEach(c => c.Dispose());
        }
    }

    private static async Task<string> ReadAndCloseAsync(TcpClient client, CancellationToken cancellationToken)
    {
        using (client) return await ReadToEndAsync(client, cancellationToken);
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
