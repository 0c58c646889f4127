using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DeviceAgent.Rigs.Hostile;

/// <summary>
/// Somebody who holds as many connections of a port as he can get, and opens a new one for each that is closed to him: silent ones, ones with half a request,
/// ones that ask with a wrong token, and ones whose body never ends.
/// </summary>
/// <param name="port">On 127.0.0.1.</param>
/// <param name="connections">He holds so many at once.</param>
internal sealed class Flood(int port, int connections) : IAsyncDisposable
{
    private const int Dialers = 16;

    /// <summary>Of each dialer, so that on a busy machine a good client in the same process is not held up for longer than the flood takes to come round.</summary>
    private static readonly TimeSpan _filling = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan _full = TimeSpan.FromMilliseconds(50);
    private static readonly string[] _openings =
    [
        "",
        "GET /v1/cred",
        "GET /v1/credentials HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nAuthorization: wrong-wrong-wrong-wrong-wrong-wrong-wrong\r\n\r\n",
        "POST /v1/readings HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Type: application/json\r\nContent-Length: 500000\r\n\r\n[",
    ];

    private readonly CancellationTokenSource _stop = new();
    private readonly Queue<Socket> _held = new();
    private readonly Lock _gate = new();
    private List<Task> _dialing = [];
    private long _tried;

    /// <summary>Connections that were opened, or tried to be.</summary>
    public long Tried => Volatile.Read(ref _tried);

    /// <summary>Of the flood's end: those that it holds open itself, whether the agent has closed them or not.</summary>
    public int Held
    {
        get
        {
            lock (_gate) return _held.Count;
        }
    }

    public void Start() => _dialing = [.. Enumerable.Range(0, Dialers).Select(n => Task.Run(() => DialAsync(n)))];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_dialing);
        foreach (var socket in _held) socket.Dispose();
        _stop.Dispose();
    }

    private async Task DialAsync(int number)
    {
        while (!_stop.IsCancellationRequested)
        {
            // Reset at the end: no port of this machine is left in TIME_WAIT.
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(enable: true, seconds: 0) };
            try
            {
                Interlocked.Increment(ref _tried);
                await socket.ConnectAsync(IPAddress.Loopback, port, _stop.Token);
                var opening = _openings[(number + Tried) % _openings.Length].Replace("PORT", $"{port}", StringComparison.Ordinal);
                if (opening.Length > 0) await socket.SendAsync(Encoding.ASCII.GetBytes(opening), _stop.Token);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                socket.Dispose();
                await Task.Delay(_full, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            // Once all are held, the oldest makes room.
            var oldest = Keep(socket);
            oldest?.Dispose();
            await Task.Delay(oldest is null ? _filling : _full, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Socket? Keep(Socket socket)
    {
        lock (_gate)
        {
            _held.Enqueue(socket);
            return _held.Count > connections ? _held.Dequeue() : null;
        }
    }
}
