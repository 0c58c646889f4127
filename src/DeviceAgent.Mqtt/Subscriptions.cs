using DeviceAgent.Mqtt.Connections;

namespace DeviceAgent.Mqtt;

/// <summary>The subscriptions that the program made, and which of them the server may not have. The one place where they are held.</summary>
internal sealed class Subscriptions
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

    /// <summary>Whether the server has it, as far as it has said.</summary>
    public bool Has(string filter)
    {
        lock (_gate) return _wanted.ContainsKey(filter) && !_missing.Contains(filter);
    }

    /// <exception cref="MqttLimitException">The server would have too many with these.</exception>
    public void CheckRoomFor(IEnumerable<string> filters, MqttLimits limits)
    {
        lock (_gate) OutgoingChecks.AtMost("Subscriptions", _wanted.Keys.Except(_missing).Union(filters).Count(), limits.Subscriptions);
    }
}
