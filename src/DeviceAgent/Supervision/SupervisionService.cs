using DeviceAgent.Timing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Supervision;

/// <summary>
/// Tells the supervisor that the agent has started, what goes on, that its loops live, and that it stops. Runs on the thread pool as all the rest: where
/// nothing gets to run, no ping goes out either. Nothing here depends on the network.
/// </summary>
/// <param name="supervisor">Who is told.</param>
/// <param name="loops">Feed the watchdog.</param>
/// <param name="listeners">Completes when each local listener stands, or could not be opened at the first attempt.</param>
/// <param name="status">What goes on.</param>
/// <param name="lifetime">Of the host.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Says which loop hangs.</param>
internal sealed class SupervisionService(
    Supervisor supervisor, LoopWatch loops, Task listeners, Func<string> status, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<SupervisionService> logger)
    : BackgroundService
{
    /// <summary>Pings go out this many times in the watchdog's period: one may be late, or lost.</summary>
    private const int PingsPerPeriod = 3;

    /// <summary>It is not looked more seldom whether the status has changed.</summary>
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(15);

    /// <summary>Whatever WATCHDOG_USEC says: systemd itself takes no period of microseconds, and pings must not fill its queue.</summary>
    private static readonly TimeSpan ShortestLookPeriod = TimeSpan.FromMilliseconds(100);

    /// <summary>The status is not sent more often, unless a loop hangs.</summary>
    private static readonly TimeSpan StatusPeriod = TimeSpan.FromSeconds(5);

    private readonly ServiceNotifier _notifier = supervisor.Notifier;
    private long? _statusAt;
    private bool _hangs;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // systemd's watchdog rests from here on; how long the stop may take is limited by TimeoutStopSec.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping, stoppingToken);
        await using var stops = lifetime.ApplicationStopping.Register(_notifier.Stopping).ConfigureAwait(false);
        try
        {
            await WhenStartedAsync(end.Token).ConfigureAwait(false);
            TellStatus(status());
            _notifier.Ready();
            await WatchAsync(end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The agent stops.
        }
    }

    /// <summary>Configuration and spool were seen to before the host was started.</summary>
    private async Task WhenStartedAsync(CancellationToken end)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult).ConfigureAwait(false);
        await Task.WhenAll(started.Task, listeners).WaitAsync(end).ConfigureAwait(false);
    }

    private async Task WatchAsync(CancellationToken end)
    {
        var wanted = supervisor.WatchdogPeriod / PingsPerPeriod ?? LookPeriod;
        var period = wanted > LookPeriod ? LookPeriod : wanted < ShortestLookPeriod ? ShortestLookPeriod : wanted;
        var last = time.GetTimestamp();
        Look(TimeSpan.Zero);
        while (true)
        {
            await Task.Delay(period, time, end).ConfigureAwait(false);

            // Where the whole process was held up (SIGSTOP, a machine that slept), the loops could not be heard of either.
            var since = time.GetElapsedTime(last);
            last = time.GetTimestamp();
            Look(since > period ? since - period : TimeSpan.Zero);
        }
    }

    /// <param name="late">By how much this look comes later than it should.</param>
    private void Look(TimeSpan late)
    {
        if (supervisor.WatchdogPeriod is { } period)
        {
            var hung = loops.FindHung((period / 2) + late);
            if (hung.Count > 0)
            {
                TellHung(hung);
                return;
            }

            if (_hangs) logger.LoopsLive();
            _notifier.Ping();
        }

        if (_hangs || _statusAt is not { } at || time.GetElapsedTime(at) >= StatusPeriod) TellStatus(status());
        _hangs = false;
    }

    private void TellHung(IReadOnlyList<HungLoop> hung)
    {
        var names = string.Join(", ", hung.Select(h => $"{h.Name} (for {h.For.TotalSeconds:0} s)"));
        if (!_hangs) logger.LoopHangs(names);
        _hangs = true;
        TellStatus($"HANGS, the watchdog is not fed: {names}");
    }

    private void TellStatus(string text)
    {
        _statusAt = time.GetTimestamp();
        _notifier.Status(text);
    }
}
