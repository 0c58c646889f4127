using System.Net;
using System.Net.Sockets;

namespace DeviceAgent.Rigs.Faults;

/// <summary>One connection through the proxy, from its start to its good or bad end.</summary>
/// <param name="agent">The side that connected.</param>
/// <param name="endPoint">The service behind the proxy.</param>
/// <param name="fault">What goes wrong; null for nothing.</param>
/// <param name="struck">Told when it has gone wrong.</param>
/// <param name="put">Told of every item that went through to the service.</param>
internal sealed class ProxiedConnection(Socket agent, IPEndPoint endPoint, ConnectionFault? fault, Action struck, Action put) : IDisposable
{
    private static readonly byte[] _garbage = [.. Enumerable.Range(0, 512).Select(i => (byte)((i * 89) + 7))];

    private readonly Socket _service = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly CancellationTokenSource _over = new();
    private readonly Lock _gate = new();
    private volatile bool _struck;
    private bool _disposed;

    /// <summary>Completes when there is nothing more to relay.</summary>
    public async Task RunAsync()
    {
        agent.NoDelay = true;
        try
        {
            if (fault is { AtOnce: true })
            {
                await StrikeAsync(fault.Ending);
                return;
            }

            await _service.ConnectAsync(endPoint, _over.Token);
            await Task.WhenAll(RelayAsync(agent, _service, Direction.Request), RelayAsync(_service, agent, Direction.Response));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One side is gone, or the other half of the connection has ended it.
        }
    }

    /// <summary>A RST to both sides, unless they are closed.</summary>
    public void Abort()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _over.Cancel();
            foreach (var socket in new[] { agent, _service }) socket.Close(0);
        }
    }

    public void Dispose()
    {
        Abort();
        lock (_gate)
        {
            _disposed = true;
            _over.Dispose();
            _service.Dispose();
        }
    }

    private async Task RelayAsync(Socket from, Socket to, Direction direction)
    {
        var buffer = new byte[16 * 1024];
        var left = fault is not null && fault.Direction == direction ? fault.After : long.MaxValue;
        var puts = direction == Direction.Request ? new TokenCounter("\"PutRequest\""u8.ToArray()) : null;
        try
        {
            while (await from.ReceiveAsync(buffer, _over.Token) is > 0 and var received)
            {
                if (fault is { Latency.Ticks: > 0 }) await Task.Delay(fault.Latency, _over.Token);
                var passing = (int)Math.Min(received, left);
                await SendAsync(to, buffer.AsMemory(0, passing));
                for (var found = puts?.CountIn(buffer.AsSpan(0, passing)) ?? 0; found > 0; found--) put();
                left -= passing;
                if (left > 0) continue;
                await StrikeAsync(fault!.Ending);
                return;
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Once it is struck, what is left of the connection is the striker's to end.
            if (!_struck) Abort();
        }
    }

    private async Task StrikeAsync(Ending ending)
    {
        _struck = true;
        struck();
        switch (ending)
        {
            case Ending.Reset:
                Abort();
                return;
            case Ending.Stall:
                await Task.Delay(Timeout.InfiniteTimeSpan, _over.Token);
                return;
            case Ending.Garbage:
                await SendAsync(agent, _garbage);
                break;
            default:
                break;
        }

        agent.Shutdown(SocketShutdown.Send);
        if (ending != Ending.HalfClose) _service.Close(0);
        await SwallowAsync();
    }

    /// <summary>What the agent still sends goes nowhere, until it hangs up.</summary>
    private async Task SwallowAsync()
    {
        var buffer = new byte[16 * 1024];
        while (await agent.ReceiveAsync(buffer, _over.Token) > 0)
        {
        }
    }

    private async Task SendAsync(Socket to, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[await to.SendAsync(bytes, _over.Token)..];
    }
}
