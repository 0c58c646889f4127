namespace DeviceAgent.Mqtt.Reconnect;

/// <summary>The subscriptions that the program made, and which of them the server may not have.</summary>
internal sealed class WantedSubscriptions
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, MqttTopicFilter> _wanted = [];
    private readonly HashSet<string> _missing = [];

    public void Granted(MqttTopicFilter filter)
    {
        lock (_gate)
        {
            _wanted[filter.Filter] = filter;
            _missing.Remove(filter.Filter);
        }
    }

    public void Ended(string filter)
    {
        lock (_gate)
        {
            _wanted.Remove(filter);
            _missing.Remove(filter);
        }
    }

    /// <summary>The server has no session.</summary>
    public void Lost()
    {
        lock (_gate) _missing.UnionWith(_wanted.Keys);
    }

    /// <summary>What has to be subscribed to again; a refused one stays in it.</summary>
    public IReadOnlyList<MqttTopicFilter> Missing()
    {
        lock (_gate) return [.. _missing.Select(f => _wanted[f])];
    }
}
