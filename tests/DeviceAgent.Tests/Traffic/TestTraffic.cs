using DeviceAgent.Clock;
using DeviceAgent.Settings;
using DeviceAgent.Traffic;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Traffic;

/// <summary>The meter and the budget of an agent whose clock is right.</summary>
internal sealed class TestTraffic : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CountedMetrics _counted = new();

    public TestTraffic(TimeProvider time)
    {
        var clock = new DeviceClock(time, () => true, DateTimeOffset.UnixEpoch, trustSystemTime: true, NullLogger<DeviceClock>.Instance);
        Meter = new TrafficMeter(_folder.Path, _counted.Metrics, clock, NullLogger<TrafficMeter>.Instance);
        Budget = new DataBudget(Options, Meter, clock, Log);
    }

    public LiveOptions<DataBudgetOptions> Options { get; } = new DataBudgetOptions();

    public TrafficMeter Meter { get; }

    public DataBudget Budget { get; }

    public RecordingLogger<DataBudget> Log { get; } = new();

    public void Dispose()
    {
        _counted.Dispose();
        _folder.Dispose();
    }
}
