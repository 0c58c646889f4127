using DeviceAgent.Testbed.Broker.Codec;

namespace DeviceAgent.Testbed.Broker;

/// <summary>What the broker keeps of a client: its subscriptions and the QoS 1 messages that it has not acknowledged.</summary>
internal sealed class ClientSession(string clientId, BrokerLimits limits, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Subscription> _subscriptions = [];
    private readonly LinkedList<Delivery> _waiting = [];
    private readonly OrderedDictionary<ushort, Delivery> _inFlight = [];
    private DeviceConnection? _connection;
    private long _waitingBytes;
    private ushort _lastId;
    private long _detachedAt;

    public string ClientId => clientId;

    /// <summary>How long it outlives its connection; zero ends it with the connection.</summary>
    public TimeSpan Expiry { get; set; }

    /// <summary>What its client may receive, by its last connection.</summary>
    public DeviceRights? Rights { get; private set; }

    /// <summary>The will of a connection that has ended, while its delay runs.</summary>
    public PendingWill? Will { get; set; }

    public DeviceConnection? Connection
    {
        get
        {
            lock (_gate) return _connection;
        }
    }

    public bool HasExpired
    {
        get
        {
            lock (_gate) return _connection is null && time.GetElapsedTime(_detachedAt) >= Expiry;
        }
    }

    /// <summary>Hands the session to a new connection, whose CONNACK is being sent; what is unacknowledged is sent again. Returns the previous connection.</summary>
    public DeviceConnection? Attach(DeviceConnection connection, DeviceRights rights, TimeSpan expiry)
    {
        lock (_gate)
        {
            var before = _connection;
            if (before is not null) TakeBack();
            (_connection, Rights, Expiry, Will) = (connection, rights, expiry, null);
            Pump();
            return before;
        }
    }

    /// <summary>False when the session belongs to another connection by now.</summary>
    public bool Detach(DeviceConnection connection)
    {
        lock (_gate)
        {
            if (_connection != connection) return false;
            _connection = null;
            _detachedAt = time.GetTimestamp();
            TakeBack();
            return true;
        }
    }

    /// <summary>False when the limit of subscriptions is reached. An existing filter is replaced; <paramref name="isNew"/> says whether it was new.</summary>
    public bool TrySubscribe(Subscription subscription, out bool isNew)
    {
        lock (_gate)
        {
            isNew = !_subscriptions.ContainsKey(subscription.Text);
            if (isNew && _subscriptions.Count >= limits.Packets.Subscriptions) return false;
            _subscriptions[subscription.Text] = subscription;
            return true;
        }
    }

    public bool Unsubscribe(string filter)
    {
        lock (_gate) return _subscriptions.Remove(filter);
    }

    /// <summary>The subscriptions that cover a message.</summary>
    public IReadOnlyList<Subscription> Covering(BrokerMessage message)
    {
        lock (_gate) return [.. _subscriptions.Values.Where(s => s.Covers(message, clientId))];
    }

    /// <summary>Sends a message, or keeps it for later; drops it when the client may not receive it or is not there for QoS 0.</summary>
    public void Deliver(BrokerMessage message, QualityOfService granted, bool retain)
    {
        if (Rights?.MayReceive(message.Topic) != true) return;
        var qos = granted < message.QualityOfService ? granted : message.QualityOfService;
        lock (_gate)
        {
            if (qos == QualityOfService.AtMostOnce)
            {
                if (message.ToPacket(qos, retain, time.GetUtcNow()) is { } packet) _connection?.Send(packet);
            }
            else if (_waiting.Count >= limits.StoredMessages || _waitingBytes + message.Payload.Length > limits.StoredBytes)
            {
                _connection?.End(new ConnectionEnd(DisconnectReason.Throttled, "The client does not acknowledge what it is sent.", ReasonCode.QuotaExceeded));
            }
            else
            {
                _waiting.AddLast(new Delivery(message, retain));
                _waitingBytes += message.Payload.Length;
                Pump();
            }
        }
    }

    public void Acknowledge(ushort packetId)
    {
        lock (_gate)
        {
            if (_inFlight.Remove(packetId)) Pump();
        }
    }

    /// <summary>The connection has room again.</summary>
    public void Continue()
    {
        lock (_gate) Pump();
    }

    private void Pump()
    {
        while (_connection is { HasRoom: true } connection && _inFlight.Count < connection.Window && _waiting.First?.Value is { } delivery)
        {
            _waiting.RemoveFirst();
            _waitingBytes -= delivery.Message.Payload.Length;
            if (delivery.Message.ToPacket(QualityOfService.AtLeastOnce, delivery.Retain, time.GetUtcNow()) is not { } packet) continue;
            var again = delivery.PacketId != 0;
            if (!again) delivery.PacketId = NextId();
            _inFlight.Add(delivery.PacketId, delivery);
            connection.Send(packet with { PacketId = delivery.PacketId, Duplicate = again });
        }
    }

    /// <summary>What was in flight is queued again, first and in order.</summary>
    private void TakeBack()
    {
        foreach (var delivery in _inFlight.Values.Reverse())
        {
            _waiting.AddFirst(delivery);
            _waitingBytes += delivery.Message.Payload.Length;
        }

        _inFlight.Clear();
    }

    /// <summary>Ids wrap around; there are never so many in use that none is free.</summary>
    private ushort NextId()
    {
        do
        {
            _lastId = _lastId == ushort.MaxValue ? (ushort)1 : (ushort)(_lastId + 1);
        }
        while (_inFlight.ContainsKey(_lastId) || _waiting.TakeWhile(d => d.PacketId != 0).Any(d => d.PacketId == _lastId));
        return _lastId;
    }
}

/// <summary>A QoS 1 message to be delivered to the client of a session.</summary>
internal sealed class Delivery(BrokerMessage message, bool retain)
{
    public BrokerMessage Message => message;

    /// <summary>The retain flag that the client sees.</summary>
    public bool Retain => retain;

    /// <summary>0 until it was sent once; sent again, it keeps its id.</summary>
    public ushort PacketId { get; set; }
}
