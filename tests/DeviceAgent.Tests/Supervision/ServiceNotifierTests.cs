using DeviceAgent.Supervision;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Tests.Supervision;

public class ServiceNotifierTests
{
    private readonly FakeSystemd _systemd = new();
    private readonly ManualTimeProvider _time = new();
    private readonly ServiceNotifier _notifier;

    public ServiceNotifierTests() => _notifier = new ServiceNotifier(_systemd, _time);

    [Fact]
    public void Ready_Twice_IsToldOnce()
    {
        _notifier.Ready();
        _notifier.Ready();
        Assert.Equal(["READY=1"], _systemd.Messages);
    }

    [Fact]
    public void Reload_GoesWell_IsReadyAgain()
    {
        _time.Advance(TimeSpan.FromSeconds(12.5));
        _notifier.Ready();
        _notifier.Reloading();
        _notifier.Reloaded(null);
        Assert.Equal(["READY=1", "RELOADING=1\nMONOTONIC_USEC=12500000", "READY=1"], _systemd.Messages);
    }

    [Fact]
    public void Reload_Refused_StandsInTheStatusUntilTheNext()
    {
        _notifier.Ready();
        _notifier.Status("Idle");
        _notifier.Reloaded("region = x: must be a region");
        _notifier.Status("Idle");
        _notifier.Reloaded(null);
        _notifier.Status("Idle");
        Assert.Equal(
            [
                "READY=1", "STATUS=Idle", "READY=1\nSTATUS=Reload refused: region = x: must be a region", "STATUS=Idle. Reload refused: region = x: must be a region",
                "READY=1", "STATUS=Idle",
            ],
            _systemd.Messages);
    }

    [Fact]
    public void Reload_BeforeTheStartHasEnded_IsNotTheStartsEnd()
    {
        _notifier.Reloading();
        _notifier.Reloaded(null);
        Assert.DoesNotContain(_systemd.Messages, m => m.Contains("READY=1", StringComparison.Ordinal));
        _notifier.Ready();
        Assert.Equal("READY=1", _systemd.Messages[^1]);
    }

    [Fact]
    public void Notify_SocketsNameIsTooLong_IsNoFailureOfTheAgent()
    {
        _systemd.Failure = new ArgumentOutOfRangeException("path");
        _notifier.Status("Idle");
        _notifier.Ready();
        Assert.Empty(_systemd.Messages);
    }

    [Fact]
    public void Status_Unchanged_IsToldOnce()
    {
        foreach (var text in new[] { "a", "a", "b", "b", "a" }) _notifier.Status(text);
        Assert.Equal(["STATUS=a", "STATUS=b", "STATUS=a"], _systemd.Messages);
    }

    [Fact]
    public void Status_SeveralLines_CannotSayAnythingElse()
    {
        _notifier.Status("the provider said: \"no\"\nREADY=1\r\nMAINPID=1\0");
        Assert.Equal(["STATUS=the provider said: \"no\" READY=1  MAINPID=1"], _systemd.Messages);
    }

    [Fact]
    public void StoppingAndPing_AreTold()
    {
        _notifier.Ping();
        _notifier.Stopping();
        Assert.Equal(["WATCHDOG=1", "STOPPING=1\nSTATUS=Stopping"], _systemd.Messages);
    }

    [Fact]
    public void Anything_NobodyTakesIt_IsLoggedOnceForEachTime()
    {
        var logger = new RecordingLogger<SupervisionService>();
        _notifier.Logger = logger;
        _systemd.IsGone = true;
        for (var i = 0; i < 5; i++) _notifier.Ping();
        Assert.Single(logger.Entries, e => e.Id == 3000);

        _systemd.IsGone = false;
        _notifier.Ping();
        _systemd.IsGone = true;
        _notifier.Ping();
        Assert.Equal(2, logger.Entries.Count);
    }
}
