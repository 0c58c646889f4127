using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace DeviceAgent.Local;

/// <summary>
/// Bounds the open connections of a port or of the socket. When all are taken, one is closed for the newcomer instead of refusing him: of the user who
/// holds most of them, the one that was quiet for longest; where they are of many users, one that was never admitted. Who floods crowds out himself, and a good client, who
/// needs its own for milliseconds, is always answered.
/// </summary>
/// <param name="capacity">Connections that may be open at once; 1 or more.</param>
internal sealed class ConnectionLimiter(int capacity)
{
    /// <summary>Where nobody has more than this part of the connections, they are of many users.</summary>
    private const int Crowd = 8;

    private readonly Lock _gate = new();
    private readonly List<ConnectionSlot> _slots = [];
    private long _order;

    /// <summary>Open connections.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _slots.Count;
        }
    }

    /// <summary>A place for a connection that was accepted.</summary>
    /// <param name="socket">Closed when its place is needed for another.</param>
    /// <param name="peer">The user at its other end; null where that is not known: all of those are counted together.</param>
    /// <returns>Null when this user holds most of the connections, and each of them waits for an answer of the agent.</returns>
    public ConnectionSlot? TryEnter(Socket socket, uint? peer)
    {
        var slot = new ConnectionSlot(this, socket, peer);
        ConnectionSlot? replaced = null;
        lock (_gate)
        {
            if (_slots.Count >= capacity)
            {
                replaced = FindReplaceable(peer);
                if (replaced is null) return null;
                _slots.Remove(replaced);
            }

            slot.LastActive = ++_order;
            _slots.Add(slot);
        }

        replaced?.Close("a newer connection replaces this one");
        return slot;
    }

    /// <summary>Closes the connections that wait for nothing, the longest quiet first: descriptors are needed.</summary>
    public void CloseIdle(int most)
    {
        List<ConnectionSlot> idle;
        lock (_gate)
        {
            idle = [.. _slots.Where(s => s.Use <= ConnectionUse.Admitted).OrderBy(s => s.Use).ThenBy(s => s.LastActive).Take(most)];
            foreach (var slot in idle) _slots.Remove(slot);
        }

        foreach (var slot in idle) slot.Close("the agent needs the descriptor");
    }

    public void Leave(ConnectionSlot slot)
    {
        lock (_gate) _slots.Remove(slot);
    }

    /// <summary>Something happened on the connection.</summary>
    public void Touch(ConnectionSlot slot, ConnectionUse use)
    {
        lock (_gate)
        {
            slot.Use = use;
            slot.LastActive = ++_order;
        }
    }

    private ConnectionSlot? FindReplaceable(uint? newcomer)
    {
        var holders = _slots.CountBy(s => s.Holder).ToDictionary();
        var own = newcomer ?? ConnectionSlot.Unknown;
        var most = holders.Where(h => h.Key != own).Select(h => h.Value).DefaultIfEmpty().Max();

        // Many users with few connections each: nobody has too many, and one that has not shown that it may ask goes first, whoever's it is.
        var isCrowd = Math.Max(holders.GetValueOrDefault(own) + 1, most) <= capacity / Crowd;
        if (isCrowd && Quietest(_slots.Where(s => s.Use <= ConnectionUse.Silent)) is { } useless) return useless;
        return holders.GetValueOrDefault(own) + 1 > most
            ? Quietest(_slots.Where(s => s.Holder == own && s.Use < ConnectionUse.Answering))
            : Quietest(_slots.Where(s => s.Holder != own && holders[s.Holder] == most));
    }

    private static ConnectionSlot? Quietest(IEnumerable<ConnectionSlot> slots) => slots.OrderBy(s => s.Use).ThenBy(s => s.LastActive).FirstOrDefault();
}

/// <summary>What a connection is used for. The lower, the sooner it is closed for another.</summary>
internal enum ConnectionUse
{
    /// <summary>It was refused something.</summary>
    Refused,

    /// <summary>It has not shown that it may ask.</summary>
    Silent,

    /// <summary>It has been admitted, and waits for its next request.</summary>
    Admitted,

    /// <summary>Its client has begun a body and has not ended it.</summary>
    Sending,

    /// <summary>It waits for the agent.</summary>
    Answering,
}

/// <summary>A connection that is open.</summary>
internal sealed class ConnectionSlot(ConnectionLimiter limiter, Socket socket, uint? peer)
{
    /// <summary>Stands for all users that the kernel does not name (the number that stands for "none", (uid_t)-1).</summary>
    public const uint Unknown = uint.MaxValue;

    private ConnectionContext? _connection;
    private bool _admitted;

    /// <summary>The user at the other end; null where that is not known.</summary>
    public uint? Peer => peer;

    /// <summary>The same, with one number for all who are not known.</summary>
    public uint Holder => peer ?? Unknown;

    /// <summary>Under the limiter's lock.</summary>
    public ConnectionUse Use { get; set; } = ConnectionUse.Silent;

    /// <summary>Counts what happens at the listener. Under the limiter's lock.</summary>
    public long LastActive { get; set; }

    public void Attach(ConnectionContext connection) => Volatile.Write(ref _connection, connection);

    /// <summary>A request has come whose head is whole.</summary>
    public void Begin() => limiter.Touch(this, ConnectionUse.Answering);

    /// <summary>The client has shown that it may ask.</summary>
    public void Admit() => _admitted = true;

    /// <summary>The body is waited for.</summary>
    public void WaitForBody() => limiter.Touch(this, ConnectionUse.Sending);

    /// <summary>The body is there.</summary>
    public void HasBody() => limiter.Touch(this, ConnectionUse.Answering);

    /// <summary>The request is answered.</summary>
    public void End(bool refused) => limiter.Touch(this, refused ? ConnectionUse.Refused : _admitted ? ConnectionUse.Admitted : ConnectionUse.Silent);

    public void Leave() => limiter.Leave(this);

    /// <summary>At once, and with its descriptor.</summary>
    public void Close(string reason)
    {
        Volatile.Read(ref _connection)?.Abort(new ConnectionAbortedException(reason));
        socket.Dispose();
    }
}
