using DeviceAgent.TestSupport;
using DeviceAgent.Timing;

namespace DeviceAgent.Tests.Timing;

public class LoopWatchTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly ManualTimeProvider _time = new();
    private readonly LoopWatch _loops;
    private readonly LoopPulse _pulse;

    public LoopWatchTests()
    {
        _loops = new LoopWatch(_time);
        _pulse = _loops.Pulse("spool");
    }

    [Fact]
    public void Works_LongerThanThePatience_Hangs()
    {
        _pulse.Works();
        Assert.Empty(After(15));
        Assert.Equal(new HungLoop("spool", TimeSpan.FromSeconds(16)), Assert.Single(After(1)));
    }

    [Fact]
    public void Works_ABeatInTime_DoesNotHang()
    {
        _pulse.Works();
        for (var i = 0; i < 10; i++)
        {
            Assert.Empty(After(15));
            _pulse.Works();
        }
    }

    [Fact]
    public void Works_AfterItHung_DoesNotHangAnyMore()
    {
        _pulse.Works();
        Assert.Single(After(16));
        _pulse.Works();
        Assert.Empty(After(1));
    }

    [Fact]
    public void Waits_ForASignal_NeverHangs()
    {
        using var wait = _pulse.Waits();
        Assert.Empty(After(1_000_000));
    }

    [Fact]
    public void Waits_IsOver_WorksFromThenOn()
    {
        using (_pulse.Waits()) After(1000);
        Assert.Empty(After(15));
        Assert.Single(After(1));
    }

    [Fact]
    public void WaitsFor_LaterThanItsEndAndThePatience_Hangs()
    {
        using var wait = _pulse.WaitsFor(TimeSpan.FromSeconds(60));
        Assert.Empty(After(75));
        Assert.Equal(TimeSpan.FromSeconds(16), Assert.Single(After(1)).For);
    }

    [Fact]
    public void WaitsFor_IsOver_WorksFromThenOn()
    {
        using (_pulse.WaitsFor(TimeSpan.FromSeconds(60))) After(60);
        Assert.Empty(After(15));
        Assert.Single(After(1));
    }

    [Fact]
    public void WaitsFor_WithoutAnEnd_NeverHangs()
    {
        using var endless = _pulse.WaitsFor(Timeout.InfiniteTimeSpan);
        Assert.Empty(After(1_000_000));
        using var longest = _pulse.WaitsFor(TimeSpan.MaxValue);
        Assert.Empty(After(1_000_000));
    }

    [Fact]
    public void Ends_NeverHangs()
    {
        _pulse.Works();
        _pulse.Ends();
        Assert.Empty(After(1_000_000));
    }

    [Fact]
    public void Pulse_NotHeardOfYet_DoesNotHang() => Assert.Empty(After(1_000_000));

    [Fact]
    public void Pulse_SameName_IsTheSame()
    {
        Assert.Same(_pulse, _loops.Pulse("spool"));
        Assert.NotSame(_pulse, _loops.Pulse("upload"));
    }

    [Fact]
    public void FindHung_Several_TheLatestComesFirst()
    {
        _loops.Pulse("upload").Works();
        After(5);
        _pulse.Works();
        _loops.Pulse("clock").Waits();
        After(5);
        _loops.Pulse("sensing").Works();
        Assert.Equal(["upload", "spool"], After(11).Select(h => h.Name));
    }

    private IReadOnlyList<HungLoop> After(double seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        return _loops.FindHung(Patience);
    }
}
