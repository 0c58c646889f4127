using DeviceAgent.Clock;
using DeviceAgent.TestSupport;
using DeviceAgent.Upload;

namespace DeviceAgent.Tests.Upload;

public class ClockCorrectionTests
{
    private readonly ManualTimeProvider _system = new();
    private readonly DeviceClock _clock;

    public ClockCorrectionTests() => _clock = new DeviceClock(_system, () => false, DateTimeOffset.UnixEpoch, trustSystemTime: true, new RecordingLogger<DeviceClock>());

    [Fact]
    public void From_SystemClockWrong_IsTheDifference()
    {
        Observe(TimeSpan.FromHours(3));
        _system.Advance(TimeSpan.FromMinutes(10));
        Assert.InRange(ClockCorrection.From(_clock), TimeSpan.FromHours(3), TimeSpan.FromHours(3) + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void From_SystemClockSetRightMeanwhile_CorrectsNothing()
    {
        Observe(TimeSpan.FromHours(3));
        _system.StepWallClock(TimeSpan.FromHours(3));
        Assert.Equal(TimeSpan.Zero, ClockCorrection.From(_clock));
    }

    [Fact]
    public void From_FewSeconds_AreTolerated()
    {
        Observe(TimeSpan.FromSeconds(-50));
        Assert.Equal(TimeSpan.Zero, ClockCorrection.From(_clock));
    }

    private void Observe(TimeSpan ahead) => _clock.Observe(_system.GetUtcNow() + ahead, _clock.Monotonic, _clock.Monotonic);
}
