using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DeviceAgent.TestSupport;

/// <summary>An HTTP proxy on a port of its own, that wants a user and a password when it is given them.</summary>
public sealed class ConnectProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;
    private long _bytes;

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

    /// <summary>What went through the tunnels, both ways together.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

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
                if (Answer is not null || IsWelcome(head))
                {
                    if (Answer is not null) await SendAsync(client, Answer);
                    else await TunnelAsync(client, head);
                    return;
                }

                await SendAsync(client, "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"test\"\r\nContent-Length: 0\r\n\r\n");
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One of both sides left.
        }
    }

    private bool IsWelcome(string head) =>
        Wants is null || head.Contains($"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(Wants))}\r\n", StringComparison.Ordinal);

    /// <summary>CONNECT gets a tunnel; a plain request, whose target is a whole URL, is passed on with its path alone, one a connection.</summary>
    private async Task TunnelAsync(NetworkStream client, string head)
    {
        var target = head.Split(' ')[1];
        var isConnect = head.StartsWith("CONNECT ", StringComparison.Ordinal);
        using var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", new Uri(isConnect ? $"https://{target}" : target).Port, _stop.Token);
        var server = tcp.GetStream();
        if (isConnect) await SendAsync(client, "HTTP/1.1 200 OK\r\n\r\n");
        else await SendAsync(server, head.Replace($" {target} ", $" {new Uri(target).PathAndQuery} ", StringComparison.Ordinal)[..^2] + "Connection: close\r\n\r\n");
        await Task.WhenAny(CopyAsync(client, server), CopyAsync(server, client));
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[8192];
        int count;
        while ((count = await from.ReadAsync(buffer, _stop.Token)) > 0)
        {
            Interlocked.Add(ref _bytes, count);
            await to.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
        }
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
