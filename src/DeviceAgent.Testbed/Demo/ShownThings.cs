using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.Testbed.Demo;

/// <summary>The things on the page: those of the demonstration, and behind them those that others have registered, as <c>scripts/aws-setup.sh</c> does. Thread-safe.</summary>
internal sealed class ShownThings(IReadOnlyList<DemoDevice> devices, Cloud cloud)
{
    private readonly HashSet<string> _own = [.. devices.Select(d => d.Thing)];
    private volatile IReadOnlyList<ShownThing> _others = [];

    /// <summary>How each is now.</summary>
    public IReadOnlyList<DeviceStatus> Status => [.. devices.Select(d => d.Status), .. _others.Select(o => o.With())];

    /// <summary>All of them, with those that have been registered since.</summary>
    public IReadOnlyList<ShownThing> Refresh()
    {
        var before = _others.ToDictionary(o => o.Name);
        _others = [.. cloud.Registry.Things.All.Select(t => t.Name).Where(n => !_own.Contains(n)).Order(StringComparer.Ordinal).Select(n => before.GetValueOrDefault(n) ?? new ShownThing(n, cloud))];
        return [.. devices.Select(d => d.Shown), .. _others];
    }
}
