using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DeviceAgent.Credentials.Tests.Fixtures;

/// <summary>An HTTP proxy for CONNECT on a port of its own, that wants a user and a password when it is given them.</summary>
internal sealed class ConnectProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;

    public ConnectProxy()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary><c>user:password</c>; null for none.</summary>
    public string? Wants { get; init; }

    /// <summary>Instead of connecting.</summary>
    public string? Answer { get; init; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public ConcurrentQueue<string> Heads { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await using var client = new NetworkStream(socket, ownsSocket: true);
            while (true)
            {
                var head = await ReadHeadAsync(client);
                if (head.Length == 0) return;
                Heads.Enqueue(head);
                if (Answer is not null) await SendAsync(client, Answer);
                else if (!IsWelcome(head)) await SendAsync(client, "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"test\"\r\nContent-Length: 0\r\n\r\n");
                else await TunnelAsync(client, head.Split(' ')[1]);
                if (Answer is not null || IsWelcome(head)) return;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One of both sides left.
        }
    }

    private bool IsWelcome(string head) =>
        Wants is null || head.Contains($"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(Wants))}\r\n", StringComparison.Ordinal);

    private async Task TunnelAsync(NetworkStream client, string target)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", int.Parse(target.Split(':')[^1], System.Globalization.CultureInfo.InvariantCulture), _stop.Token);
        var server = tcp.GetStream();
        await SendAsync(client, "HTTP/1.1 200 OK\r\n\r\n");
        await Task.WhenAny(client.CopyToAsync(server, _stop.Token), server.CopyToAsync(client, _stop.Token));
    }

    private Task SendAsync(NetworkStream stream, string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text), _stop.Token).AsTask();

    private async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0) return "";
            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}
