using Microsoft.AspNetCore.Connections;

namespace DeviceAgent.Local;

/// <summary>
/// Bounds the open connections of a listener. When it is full, the oldest connection without a request in progress is closed: a client
/// that opens connections and sends nothing, or sends slowly, keeps nobody out, because a good client needs its own for milliseconds only.
/// </summary>
internal sealed class ConnectionLimiter(int capacity)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<ConnectionSlot> _slots = [];

    public async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var slot = new ConnectionSlot(connection);
        var (node, evicted) = Enter(slot);
        evicted?.Abort("a newer connection replaces this idle one");
        if (node is null) return;
        try
        {
            connection.Features.Set(slot);
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            Leave(node);
        }
    }

    /// <summary>No node when all others are busy.</summary>
    private (LinkedListNode<ConnectionSlot>? Node, ConnectionSlot? Evicted) Enter(ConnectionSlot slot)
    {
        lock (_gate)
        {
            ConnectionSlot? evicted = null;
            if (_slots.Count >= capacity)
            {
                var oldest = _slots.First;
                while (oldest is { Value.IsBusy: true }) oldest = oldest.Next;
                if (oldest is null) return (null, null);
                evicted = oldest.Value;
                _slots.Remove(oldest);
            }

            return (_slots.AddLast(slot), evicted);
        }
    }

    private void Leave(LinkedListNode<ConnectionSlot> node)
    {
        lock (_gate)
        {
            if (node.List is not null) _slots.Remove(node);
        }
    }
}

/// <summary>A connection that is open, and whether a request of it is being answered.</summary>
internal sealed class ConnectionSlot(ConnectionContext connection)
{
    private volatile bool _busy;

    public bool IsBusy => _busy;

    public void Begin() => _busy = true;

    public void End() => _busy = false;

    public void Abort(string reason) => connection.Abort(new ConnectionAbortedException(reason));
}
