namespace DeviceAgent.Testbed.Broker.Connections;

/// <summary>How soon a client id may connect again.</summary>
internal sealed class ConnectPace(TimeSpan interval, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _last = [];

    /// <summary>Whether it may connect now; that counts as its last time then.</summary>
    public bool TryTake(string clientId)
    {
        lock (_gate)
        {
            if (_last.TryGetValue(clientId, out var last) && time.GetElapsedTime(last) < interval) return false;
            _last[clientId] = time.GetTimestamp();
            return true;
        }
    }

    /// <summary>Drops what is of no more use.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            foreach (var (clientId, last) in _last)
            {
                if (time.GetElapsedTime(last) >= interval) _last.Remove(clientId);
            }
        }
    }
}
