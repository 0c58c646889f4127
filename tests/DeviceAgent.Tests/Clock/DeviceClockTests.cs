using DeviceAgent.Clock;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Tests.Clock;

public class DeviceClockTests
{
    private static readonly DateTimeOffset Built = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly RecordingLogger<DeviceClock> _logger = new();
    private ManualTimeProvider _system = new(Noon);
    private bool _synchronised;

    /// <summary>Who is believed: the table of docs/decisions/0005-time.md.</summary>
    [Theory]
    [InlineData("1970-01-01", false, false, "None")]
    [InlineData("1970-01-01", true, false, "None")]
    [InlineData("1970-01-01", false, true, "None")]
    [InlineData("2026-01-31", true, true, "None")]
    [InlineData("2026-02-01", false, false, "None")]
    [InlineData("2036-03-01", false, false, "None")]
    [InlineData("2026-02-01", true, false, "Kernel")]
    [InlineData("2026-02-01", false, true, "System")]
    [InlineData("2026-02-01", true, true, "Kernel")]
    public void Origin_AtTheStart_DependsOnFloorKernelAndConfiguration(string systemTime, bool synchronised, bool trustSystemTime, string expected)
    {
        _system = new ManualTimeProvider(Utc(systemTime));
        _synchronised = synchronised;
        var clock = Make(trustSystemTime);
        Assert.Equal(expected != "None", clock.IsTrusted);
        Assert.Equal(expected, $"{clock.Origin}");
        Assert.Equal(clock.IsTrusted, clock.Trusted.IsCompleted);
    }

    [Fact]
    public void Observe_ClockAt1970_IsRightFromThenOn()
    {
        _system = new ManualTimeProvider(DateTimeOffset.UnixEpoch);
        var clock = Make();
        Observe(clock, Noon);
        Assert.True(clock.Trusted.IsCompleted);
        Assert.Equal(TimeOrigin.Server, clock.Origin);
        _system.Advance(TimeSpan.FromHours(2));
        Assert.InRange(clock.GetUtcNow(), Noon.AddHours(2), Noon.AddHours(2).AddSeconds(1));
        Assert.InRange(clock.SystemOffset, Noon - DateTimeOffset.UnixEpoch, Noon - DateTimeOffset.UnixEpoch + Tick);
    }

    [Fact]
    public void Observe_DateBeforeTheBuild_IsNotBelieved()
    {
        var clock = Make();
        Observe(clock, Built.AddSeconds(-1));
        Assert.False(clock.IsTrusted);
        Assert.Single(_logger.Entries, e => e.Id == 2503);
    }

    /// <summary>A floor that a wrong clock has raised must not lock the true time out for ever.</summary>
    [Fact]
    public void Observe_DateBelowARaisedFloor_IsBelieved()
    {
        var clock = Make();
        clock.RaiseFloor(Noon.AddYears(10));
        Observe(clock, Noon);
        Assert.InRange(clock.GetUtcNow(), Noon, Noon + Tick);
    }

    [Fact]
    public void GetUtcNow_Untrusted_IsNotBelowTheFloor()
    {
        _system = new ManualTimeProvider(DateTimeOffset.UnixEpoch);
        var clock = Make();
        clock.RaiseFloor(Noon);
        Assert.Equal(Noon, clock.GetUtcNow());
        _system.StepWallClock(Noon.AddDays(1) - DateTimeOffset.UnixEpoch);
        Assert.Equal(Noon.AddDays(1), clock.GetUtcNow());
    }

    [Fact]
    public void Consult_KernelSynchronisesLater_TimeBecomesKnown()
    {
        _system = new ManualTimeProvider(DateTimeOffset.UnixEpoch);
        var clock = Make();
        Assert.False(clock.IsTrusted);
        _system.StepWallClock(Noon - DateTimeOffset.UnixEpoch);
        _synchronised = true;
        _system.Advance(Tick);
        Assert.True(clock.IsTrusted);
        Assert.Equal(Noon + Tick, clock.GetUtcNow());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(24)]
    public void StepOfTheSystemClock_NobodyConfirmsIt_IsNotFollowed(int hours)
    {
        var clock = Make();
        Observe(clock, Noon);
        var before = clock.GetUtcNow();
        _system.StepWallClock(TimeSpan.FromHours(hours));
        _system.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(before.AddMinutes(1), clock.GetUtcNow());
    }

    [Fact]
    public void StepOfTheSystemClock_KernelIsSynchronised_IsFollowed()
    {
        _synchronised = true;
        var clock = Make();
        Assert.Equal(Noon, clock.GetUtcNow());
        _system.StepWallClock(TimeSpan.FromSeconds(-30));
        _system.Advance(Tick);
        Assert.Equal(Noon.AddSeconds(-29), clock.GetUtcNow());
        Assert.Contains(_logger.Entries, e => e.Id == 2502);
    }

    [Fact]
    public void StepOfTheSystemClock_KernelIsSynchronisedButAwsSaysOtherwise_IsNotFollowed()
    {
        var clock = Make();
        Observe(clock, Noon);
        _system.StepWallClock(TimeSpan.FromHours(-1));
        _synchronised = true;
        _system.Advance(TimeSpan.FromMinutes(1));
        Assert.InRange(clock.GetUtcNow(), Noon.AddMinutes(1), Noon.AddMinutes(1).AddSeconds(1));
    }

    [Fact]
    public void SystemTimeTrusted_FirstDateDiffers_IsCorrected()
    {
        var clock = Make(trustSystemTime: true);
        Assert.Equal(Noon, clock.GetUtcNow());
        Observe(clock, Noon.AddHours(3));
        Assert.InRange(clock.GetUtcNow(), Noon.AddHours(3), Noon.AddHours(3) + Tick);
        Assert.Contains(_logger.Entries, e => e.Id == 2502);
    }

    /// <summary>A Date is cut to the second and comes late: what fits to it changes nothing.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    public void Observe_DateThatFits_ChangesNothing(int secondsOnTheWay)
    {
        var clock = Make();
        Observe(clock, Noon);
        var before = clock.GetUtcNow();
        var sent = clock.Monotonic;
        _system.Advance(TimeSpan.FromSeconds(secondsOnTheWay));
        clock.Observe(Noon, sent, clock.Monotonic);
        Assert.Equal(before.AddSeconds(secondsOnTheWay), clock.GetUtcNow());
        Assert.DoesNotContain(_logger.Entries, e => e.Id == 2502);
    }

    [Fact]
    public void Observe_KernelSynchronised_OverrulesItOnlyBeyondAMinute()
    {
        _synchronised = true;
        var clock = Make();
        Observe(clock, Noon.AddSeconds(30));
        Assert.Equal(Noon, clock.GetUtcNow());
        Observe(clock, Noon.AddMinutes(10));
        Assert.InRange(clock.GetUtcNow(), Noon.AddMinutes(10), Noon.AddMinutes(10) + Tick);
        _system.Advance(TimeSpan.FromMinutes(1));
        Assert.InRange(clock.GetUtcNow(), Noon.AddMinutes(11), Noon.AddMinutes(11) + Tick);
    }

    [Fact]
    public void Recall_SameBoot_TimeIsKnownAtOnce()
    {
        _system = new ManualTimeProvider(DateTimeOffset.UnixEpoch);
        _system.Advance(TimeSpan.FromHours(1));
        var clock = Make();
        clock.Recall(new LastKnownTime(Noon, "this boot", 600_000), "this boot");
        Assert.Equal(TimeOrigin.EarlierRun, clock.Origin);
        Assert.Equal(Noon.AddMinutes(50), clock.GetUtcNow());
    }

    [Fact]
    public void Recall_AnotherBoot_IsTheFloorOnly()
    {
        _system = new ManualTimeProvider(DateTimeOffset.UnixEpoch);
        var clock = Make();
        clock.Recall(new LastKnownTime(Noon, "another boot", 600_000), "this boot");
        Assert.False(clock.IsTrusted);
        Assert.Equal(Noon, clock.GetUtcNow());
    }

    [Fact]
    public void Assume_Untrusted_MovesTheTimeForCertificatesOnly()
    {
        _system = new ManualTimeProvider(Utc("2036-03-01"));
        var clock = Make();
        clock.AssumeFloor();
        Assert.Equal(Built, clock.GetUtcNow());
        clock.AssumeAtLeast(Noon);
        Assert.Equal(Noon, clock.GetUtcNow());
        Assert.False(clock.IsTrusted);

        Observe(clock, Noon.AddDays(1));
        clock.AssumeFloor();
        clock.AssumeAtLeast(Noon.AddYears(1));
        Assert.InRange(clock.GetUtcNow(), Noon.AddDays(1), Noon.AddDays(1) + Tick);
    }

    private DeviceClock Make(bool trustSystemTime = false) => new(_system, () => _synchronised, Built, trustSystemTime, _logger);

    private static void Observe(DeviceClock clock, DateTimeOffset date) => clock.Observe(date, clock.Monotonic, clock.Monotonic);

    private static DateTimeOffset Utc(string day) => DateTimeOffset.Parse($"{day}T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture);
}
