using Microsoft.AspNetCore.Connections;

namespace DeviceAgent.Local;

/// <summary>
/// How many connections a door has at once. When it is full, the oldest that has no request under way makes place: who opens
/// connections and sends nothing, or sends slowly, keeps nobody out, because a good client needs its connection for milliseconds only.
/// </summary>
internal sealed class ConnectionRoom(int capacity)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<ConnectionSeat> _seats = [];

    public async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var seat = new ConnectionSeat(connection);
        var (place, evicted) = Enter(seat);
        evicted?.Abort("a newer connection takes the place of one that does nothing");
        if (place is null) return;
        try
        {
            connection.Features.Set(seat);
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            Leave(place);
        }
    }

    /// <summary>No place when all others are busy.</summary>
    private (LinkedListNode<ConnectionSeat>? Place, ConnectionSeat? Evicted) Enter(ConnectionSeat seat)
    {
        lock (_gate)
        {
            ConnectionSeat? evicted = null;
            if (_seats.Count >= capacity)
            {
                var oldest = _seats.First;
                while (oldest is { Value.IsBusy: true }) oldest = oldest.Next;
                if (oldest is null) return (null, null);
                evicted = oldest.Value;
                _seats.Remove(oldest);
            }

            return (_seats.AddLast(seat), evicted);
        }
    }

    private void Leave(LinkedListNode<ConnectionSeat> place)
    {
        lock (_gate)
        {
            if (place.List is not null) _seats.Remove(place);
        }
    }
}
