namespace DeviceAgent.FleetSimulation;

/// <summary>The requests whose outcome the cache has not taken over yet: virtual time stands still until there are none.</summary>
internal sealed class UnderWay
{
    private readonly object _gate = new();
    private int _count;

    public void Begin()
    {
        lock (_gate) _count++;
    }

    public void End()
    {
        lock (_gate)
        {
            if (--_count == 0) Monitor.PulseAll(_gate);
        }
    }

    public void WaitForAll()
    {
        lock (_gate)
        {
            while (_count > 0)
                if (!Monitor.Wait(_gate, TimeSpan.FromSeconds(60))) throw new TimeoutException($"{_count} requests do not come to an end.");
        }
    }
}
