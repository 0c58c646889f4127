using DeviceAgent.Mqtt.Packets;

namespace DeviceAgent.Mqtt.Sessions;

/// <summary>SUBSCRIBEs and UNSUBSCRIBEs of one connection that wait for their answer.</summary>
internal sealed class PendingReplies(PacketIds ids)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ushort, TaskCompletionSource<MqttPacket>> _waiting = [];
    private MqttException? _closed;

    /// <exception cref="MqttException">What the connection was closed with.</exception>
    public (ushort PacketId, Task<MqttPacket> Reply) Add()
    {
        lock (_gate)
        {
            if (_closed is not null) throw _closed;
            var id = ids.Take();
            var reply = new TaskCompletionSource<MqttPacket>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add(id, reply);
            return (id, reply.Task);
        }
    }

    /// <summary>False when nobody waits for that id (any more).</summary>
    public bool Complete(ushort packetId, MqttPacket reply)
    {
        lock (_gate) return _waiting.TryGetValue(packetId, out var waiting) && waiting.TrySetResult(reply);
    }

    public void Remove(ushort packetId)
    {
        lock (_gate) _waiting.Remove(packetId);
        ids.Return(packetId);
    }

    public void Close(MqttException reason)
    {
        lock (_gate)
        {
            _closed ??= reason;
            foreach (var waiting in _waiting.Values) waiting.TrySetException(reason);
        }
    }
}
