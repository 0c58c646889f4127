namespace DeviceAgent.Mqtt.Sessions;

/// <summary>What a client keeps from one connection to the next.</summary>
internal sealed class MqttSession
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _subscriptions = [];

    public MqttSession() => InFlight = new InFlight(PacketIds);

    public PacketIds PacketIds { get; } = new();

    public InFlight InFlight { get; }

    /// <summary>How many subscriptions there would be with these.</summary>
    public int CountWith(IEnumerable<string> filters)
    {
        lock (_gate) return _subscriptions.Union(filters).Count();
    }

    public void Subscribed(string filter)
    {
        lock (_gate) _subscriptions.Add(filter);
    }

    public void Unsubscribed(string filter)
    {
        lock (_gate) _subscriptions.Remove(filter);
    }

    /// <summary>The server does not have the session.</summary>
    public void Lose()
    {
        lock (_gate) _subscriptions.Clear();
        InFlight.Fail(new MqttSessionLostException("The session ended before the message was acknowledged; whether it arrived is unknown. Publish it again."));
    }
}
