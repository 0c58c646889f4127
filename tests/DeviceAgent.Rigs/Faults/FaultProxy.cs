using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace DeviceAgent.Rigs.Faults;

/// <summary>
/// A relay on a loopback port in front of a service, which spoils connections as it is told. It passes bytes as they are: the agent
/// signs the proxy's own host name, and the service sees that name.
/// </summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _service;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<ProxiedConnection, Task> _open = new();
    private readonly Task _accepting;
    private Func<ConnectionFault?> _script = () => null;
    private readonly ConcurrentQueue<long> _arrivals = new();
    private int _struck;
    private long _puts;

    public FaultProxy(Uri service)
    {
        _service = new IPEndPoint(IPAddress.Parse(service.Host), service.Port);
        _listener.Start();
        Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public Uri Url { get; }

    /// <summary>Connections taken so far.</summary>
    public int Connections => _arrivals.Count;

    /// <summary>When each connection was taken: timestamps of the system's clock.</summary>
    public IReadOnlyList<long> Arrivals => [.. _arrivals];

    /// <summary>Connections that were spoiled so far.</summary>
    public int Struck => Volatile.Read(ref _struck);

    /// <summary>Items that were sent to the service so far, each time it was tried.</summary>
    public long Puts => Interlocked.Read(ref _puts);

    /// <summary>Asked once for every new connection: its fault, or null to let it be.</summary>
    public void SetScript(Func<ConnectionFault?> script) => Volatile.Write(ref _script, script);

    /// <summary>The next connection gets the fault, those after it none.</summary>
    public void StrikeNext(ConnectionFault fault)
    {
        ConnectionFault? next = fault;
        SetScript(() => Interlocked.Exchange(ref next, null));
    }

    /// <summary>New connections are sound, those that are open go on.</summary>
    public void Heal() => SetScript(() => null);

    /// <summary>Ends every open connection, idle or not, and waits until they are gone.</summary>
    public async Task DropConnectionsAsync()
    {
        var open = _open.ToArray();
        foreach (var (connection, _) in open) connection.Abort();
        await Task.WhenAll(open.Select(c => c.Value));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await DropConnectionsAsync();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket agent;
            try
            {
                agent = await _listener.AcceptSocketAsync(_stopping.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            _arrivals.Enqueue(TimeProvider.System.GetTimestamp());
            var connection = new ProxiedConnection(agent, _service, Volatile.Read(ref _script)(), () => Interlocked.Increment(ref _struck), () => Interlocked.Increment(ref _puts));
            var gone = new TaskCompletionSource();
            _open[connection] = gone.Task;
            _ = FollowAsync(connection, gone);
        }
    }

    private async Task FollowAsync(ProxiedConnection connection, TaskCompletionSource gone)
    {
        using (connection) await connection.RunAsync();
        _open.TryRemove(connection, out _);
        gone.SetResult();
    }
}
