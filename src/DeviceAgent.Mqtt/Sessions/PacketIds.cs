namespace DeviceAgent.Mqtt.Sessions;

/// <summary>Packet ids 1 to 65535, each in use once. Handed out in a circle, so that a late answer meets nobody.</summary>
internal sealed class PacketIds
{
    private readonly Lock _gate = new();
    private readonly HashSet<ushort> _used = [];
    private ushort _last;

    public ushort Take()
    {
        lock (_gate)
        {
            // There are never more than the two windows' worth of them in use, so that one is free.
            do
            {
                _last = _last == ushort.MaxValue ? (ushort)1 : (ushort)(_last + 1);
            }
            while (!_used.Add(_last));
            return _last;
        }
    }

    public void Return(ushort id)
    {
        lock (_gate) _used.Remove(id);
    }
}
