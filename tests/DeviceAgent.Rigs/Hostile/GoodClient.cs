using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DeviceAgent.Rigs.Hostile;

/// <summary>A program with a token that asks for credentials now and then, each time by a new connection, as SDKs do.</summary>
internal sealed class GoodClient(int port, string token)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    private readonly List<TimeSpan> _latencies = [];
    private readonly List<string> _failures = [];

    public int Asked => _latencies.Count + _failures.Count;

    /// <summary>What came instead of an answer, in words.</summary>
    public IReadOnlyList<string> Failures => _failures;

    public TimeSpan Slowest => _latencies.DefaultIfEmpty().Max();

    public async Task AskAsync()
    {
        var sent = Stopwatch.GetTimestamp();
        try
        {
            using var patience = new CancellationTokenSource(_patience);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, port, patience.Token);
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /v1/credentials HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: {token}\r\nConnection: close\r\n\r\n"), patience.Token);
            using var reader = new StreamReader(stream);
            var answer = await reader.ReadToEndAsync(patience.Token);
            if (answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal)) _latencies.Add(Stopwatch.GetElapsedTime(sent));
            else _failures.Add(answer.Split('\r')[0]);
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            _failures.Add(e.Message);
        }
    }
}
