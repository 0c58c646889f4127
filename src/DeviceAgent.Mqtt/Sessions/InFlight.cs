using DeviceAgent.Mqtt.Packets;

namespace DeviceAgent.Mqtt.Sessions;

/// <summary>The unacknowledged QoS 1 messages of a session, in the order of their first sending. They outlive a connection.</summary>
internal sealed class InFlight(PacketIds ids)
{
    private readonly Lock _gate = new();
    private readonly OrderedDictionary<ushort, InFlightPublish> _publishes = [];
    private SendWindow? _current;

    /// <summary>Takes a message in; the place in the window is its own from here on.</summary>
    /// <exception cref="MqttNotConnectedException">The window is that of a former connection.</exception>
    public InFlightPublish Add(PublishPacket packet, SendWindow window)
    {
        lock (_gate)
        {
            if (window != _current) throw new MqttNotConnectedException("The connection ended before the message was sent.");
            var publish = new InFlightPublish(packet with { PacketId = ids.Take() }) { Window = window };
            _publishes.Add(publish.Packet.PacketId, publish);
            return publish;
        }
    }

    /// <summary>False when nobody waits for that id (any more).</summary>
    public bool Acknowledge(PubAckPacket ack)
    {
        InFlightPublish? publish;
        lock (_gate)
        {
            if (!_publishes.TryGetValue(ack.PacketId, out publish)) return false;
        }

        return Remove(publish) && publish.Acknowledged.TrySetResult(ack);
    }

    /// <summary>Ends the wait, for whatever reason; false when it had ended.</summary>
    public bool Remove(InFlightPublish publish)
    {
        SendWindow? window;
        lock (_gate)
        {
            if (!_publishes.Remove(publish.Packet.PacketId)) return false;
            window = publish.Window;
            publish.Window = null;
        }

        ids.Return(publish.Packet.PacketId);
        window?.Leave();
        return true;
    }

    /// <summary>A new connection: nothing has a place in its window yet. Returns what has to be sent again.</summary>
    public IReadOnlyList<InFlightPublish> Resume(SendWindow? window)
    {
        lock (_gate)
        {
            _current = window;
            foreach (var publish in _publishes.Values) publish.Window = null;
            return [.. _publishes.Values];
        }
    }

    /// <summary>Gives the message a place in the window that was entered for it; false when it no longer needs one.</summary>
    public bool TryPlace(InFlightPublish publish, SendWindow window)
    {
        lock (_gate)
        {
            if (!_publishes.ContainsKey(publish.Packet.PacketId)) return false;
            publish.Window = window;
            return true;
        }
    }

    /// <summary>The session is gone: everybody who waits fails.</summary>
    public void Fail(MqttException reason)
    {
        foreach (var publish in Resume(null))
        {
            if (Remove(publish)) publish.Acknowledged.TrySetException(reason);
        }
    }
}
