using DeviceAgent.Supervision;
using DeviceAgent.TestSupport;
using DeviceAgent.Timing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Tests.Supervision;

public sealed class SupervisionServiceTests : IAsyncDisposable
{
    private const string Ping = "WATCHDOG=1";
    private const string Ready = "READY=1";
    private const int HangsId = 3001;
    private const int LivesId = 3002;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(10);

    private readonly ManualTimeProvider _time = new();
    private readonly FakeSystemd _systemd = new();
    private readonly TaskCompletionSource _listeners = new();
    private readonly Lifetime _lifetime = new();
    private readonly RecordingLogger<SupervisionService> _logger = new();
    private readonly LoopWatch _loops;
    private readonly LoopPulse _spool;
    private string _status = "Idle";
    private SupervisionService? _service;

    public SupervisionServiceTests()
    {
        _loops = new LoopWatch(_time);
        _spool = _loops.Pulse("spool");
    }

    public async ValueTask DisposeAsync()
    {
        await _service!.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        _service.Dispose();
        _lifetime.Dispose();
    }

    [Fact]
    public async Task Start_ListenersNotTriedYet_IsNotReady()
    {
        await CreateAsync(Period);
        _lifetime.Start();
        await _time.StepAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(_systemd.Messages);

        _listeners.SetResult();
        await UntilAsync(Ping);
        Assert.Equal(["STATUS=Idle", Ready, Ping], _systemd.Messages);
    }

    [Fact]
    public async Task Start_HostNotStartedYet_IsNotReady()
    {
        await CreateAsync(Period);
        _listeners.SetResult();
        await _time.StepAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(_systemd.Messages);

        _lifetime.Start();
        await UntilAsync(Ping);
        Assert.Equal(1, _systemd.Count(Ready));
    }

    [Fact]
    public async Task Run_LoopsLive_PingsThriceAPeriodAndIsReadyOnce()
    {
        await StartAsync();
        for (var i = 0; i < 9; i++)
        {
            _spool.Works();
            await _time.RoundAsync(Tick);
        }

        Assert.Equal(Enumerable.Repeat(Ping, 9), Taken());
        Assert.Empty(_logger.Entries);
    }

    [Fact]
    public async Task Run_EverythingWaits_Pings()
    {
        await StartAsync();
        using var wait = _spool.Waits();
        for (var i = 0; i < 9; i++) await _time.RoundAsync(Tick);
        Assert.Equal(9, _systemd.Count(Ping));
    }

    [Fact]
    public async Task Run_ALoopHangs_StarvesTheWatchdogSaysWhichAndFeedsItAgainWhenItIsBack()
    {
        await StartAsync();
        _spool.Works();
        await _time.RoundAsync(Tick);
        Assert.Equal([Ping], Taken());

        for (var i = 0; i < 3; i++) await _time.RoundAsync(Tick);
        Assert.Equal(
            ["STATUS=HANGS, the watchdog is not fed: spool (for 20 s)", "STATUS=HANGS, the watchdog is not fed: spool (for 30 s)", "STATUS=HANGS, the watchdog is not fed: spool (for 40 s)"],
            Taken());
        var (_, level, text) = Assert.Single(_logger.Entries, e => e.Id == HangsId);
        Assert.Equal(LogLevel.Critical, level);
        Assert.Contains("spool (for 20 s)", text, StringComparison.Ordinal);

        _spool.Works();
        await _time.RoundAsync(Tick);
        Assert.Equal([Ping, "STATUS=Idle"], Taken());
        Assert.Single(_logger.Entries, e => e.Id == LivesId);

        _spool.Works();
        await _time.RoundAsync(Tick);
        Assert.Equal([Ping], Taken());
        Assert.Equal(2, _logger.Entries.Count);
    }

    [Fact]
    public async Task Run_HangsASecondTime_IsLoggedAgain()
    {
        await StartAsync();
        for (var i = 0; i < 2; i++)
        {
            _spool.Works();
            for (var tick = 0; tick < 3; tick++) await _time.RoundAsync(Tick);
            _spool.Works();
            await _time.RoundAsync(Tick);
        }

        Assert.Equal(2, _logger.Entries.Count(e => e.Id == HangsId));
    }

    [Fact]
    public async Task Run_WholeProcessWasHeldUp_NoLoopIsBlamedForIt()
    {
        await StartAsync();
        _spool.Works();

        // All timers fire at once afterwards, as when a process is continued: the look comes an hour late.
        _time.HoldUp(TimeSpan.FromHours(1));
        await _time.StepAsync(TimeSpan.Zero);
        await UntilAsync(Ping);
        Assert.Empty(_logger.Entries);
    }

    [Fact]
    public async Task Run_WithoutWatchdog_TellsTheStatusAndNeverPings()
    {
        await CreateAsync(null);
        _lifetime.Start();
        _listeners.SetResult();
        await _time.WaitForTimersAsync(1);
        _spool.Works();
        _status = "Uploading";
        await _time.RoundAsync(TimeSpan.FromSeconds(15));
        await _time.RoundAsync(TimeSpan.FromSeconds(15));
        Assert.Equal(["STATUS=Idle", Ready, "STATUS=Uploading"], _systemd.Messages);
        Assert.Empty(_logger.Entries);
    }

    [Fact]
    public async Task Run_StatusChangesAllTheTime_IsToldEveryFewSeconds()
    {
        await CreateAsync(TimeSpan.FromSeconds(3));
        _lifetime.Start();
        _listeners.SetResult();
        await UntilAsync(Ping);
        _systemd.Take();
        for (var i = 1; i <= 20; i++)
        {
            _status = $"{i}";
            await _time.RoundAsync(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(20, _systemd.Count(Ping));
        Assert.Equal(["STATUS=5", "STATUS=10", "STATUS=15", "STATUS=20"], _systemd.Messages.Where(m => m != Ping));
    }

    [Fact]
    public async Task Stop_Begins_IsToldAndNoLoopIsBlamedAnyMore()
    {
        await StartAsync();
        _spool.Works();
        _lifetime.StopApplication();
        Assert.Equal(["STOPPING=1\nSTATUS=Stopping"], Taken());
        await _service!.ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(20));
        await _time.StepAsync(TimeSpan.FromMinutes(5));
        Assert.Empty(Taken());
        Assert.Empty(_logger.Entries);
    }

    [Fact]
    public async Task Stop_BeforeTheStartHasEnded_NeverIsReady()
    {
        await CreateAsync(Period);
        await UntilListeningAsync();
        _lifetime.StopApplication();
        await _service!.ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(["STOPPING=1\nSTATUS=Stopping"], _systemd.Messages);
    }

    private async Task CreateAsync(TimeSpan? period)
    {
        var supervisor = new Supervisor(new ServiceNotifier(_systemd, _time), Listens: true, period);
        _service = new SupervisionService(supervisor, _loops, _listeners.Task, () => _status, _lifetime, _time, _logger);
        await _service.StartAsync(CancellationToken.None);
    }

    /// <summary>Ready, with its first ping; what was told so far is taken.</summary>
    private async Task StartAsync()
    {
        await CreateAsync(Period);
        _lifetime.Start();
        _listeners.SetResult();
        await UntilAsync(Ping);
        await _time.WaitForTimersAsync(1);
        Assert.Equal(["STATUS=Idle", Ready, Ping], Taken());
    }

    private IReadOnlyList<string> Taken() => _systemd.Take();

    private async Task UntilAsync(string message)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (_systemd.Count(message) == 0) await Task.Delay(1, patience.Token);
    }

    private async Task UntilListeningAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!_lifetime.IsHeard) await Task.Delay(1, patience.Token);
    }

    private sealed class Lifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _started = new();
        private readonly CancellationTokenSource _stopping = new();
        private int _asked;

        /// <summary>Somebody listens to the stop and to the start.</summary>
        public bool IsHeard => Volatile.Read(ref _asked) > 0;

        public CancellationToken ApplicationStarted
        {
            get
            {
                Interlocked.Increment(ref _asked);
                return _started.Token;
            }
        }

        public CancellationToken ApplicationStopping => _stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void Start() => _started.Cancel();

        public void StopApplication() => _stopping.Cancel();

        public void Dispose()
        {
            _started.Dispose();
            _stopping.Dispose();
        }
    }
}
