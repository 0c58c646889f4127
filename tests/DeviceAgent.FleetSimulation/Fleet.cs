using DeviceAgent.Credentials;
using DeviceAgent.TestSupport;

namespace DeviceAgent.FleetSimulation;

/// <summary>Many devices on one virtual clock.</summary>
internal sealed class Fleet(int size, TimeSpan life, int seed) : IAsyncDisposable
{
    /// <summary>Requests that begin within it are answered together; far below anything that the caches decide.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private readonly ManualTimeProvider _time = new();
    private readonly UnderWay _underWay = new();
    private Device[] _devices = [];
    private SimulatedProvider? _provider;

    public SimulatedProvider Provider => _provider ??= new SimulatedProvider(_time, life);

    public TimeSpan Now => _time.GetElapsedTime(0);

    /// <summary>Requests a second when all is well: each device renews at half of a life.</summary>
    public double SteadyRate => size / (life / 2).TotalSeconds;

    public int Size => size;

    public int Served => _devices.Count(d => d.IsServed);

    /// <summary>All devices start at this moment, with nothing but what the options say to keep them apart.</summary>
    public void PowerOn(CredentialCacheOptions options)
    {
        var seeds = new Random(seed);
        _devices = [.. Enumerable.Range(0, size).Select(_ => new Device(_time, Provider, _underWay, options, seeds.Next()))];
        foreach (var device in _devices) device.Start();
        _underWay.WaitForAll();
    }

    public void Run(TimeSpan duration)
    {
        for (var end = Now + duration; Now < end;)
        {
            var step = _time.NextTimer is { } next && next > Step ? next : Step;
            _time.Advance(step < end - Now ? step : end - Now);
            _underWay.WaitForAll();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var device in _devices) await device.DisposeAsync();
    }
}
