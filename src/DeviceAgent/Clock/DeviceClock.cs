using Microsoft.Extensions.Logging;

namespace DeviceAgent.Clock;

/// <summary>
/// The agent's clock: the best estimate of the true time on a device whose system clock may be wrong, which it never sets. It counts
/// on the monotonic clock from the last moment that is known, and takes a step of the system's clock only when the kernel reports
/// that clock synchronised. Timers and timestamps are the system's. Thread-safe.
/// </summary>
/// <remarks>Who is believed, and why: docs/decisions/0005-time.md.</remarks>
internal sealed class DeviceClock : TimeProvider
{
    /// <summary>The kernel and the system's clock are looked at so often, at most.</summary>
    public static readonly TimeSpan ConsultPeriod = TimeSpan.FromSeconds(1);

    /// <summary>A synchronised clock is right to the millisecond, a <c>Date</c> to the second: it must be this far off to overrule.</summary>
    private static readonly TimeSpan KernelTolerance = TimeSpan.FromMinutes(1);

    /// <summary><c>Date</c> is cut to the second.</summary>
    private static readonly TimeSpan DateGranularity = TimeSpan.FromSeconds(1);

    /// <summary>Servers differ by so much among themselves.</summary>
    private static readonly TimeSpan DateSlack = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly TimeProvider _system;
    private readonly Func<bool> _isSynchronised;
    private readonly DateTimeOffset _buildTime;
    private readonly bool _trustSystemTime;
    private readonly ILogger<DeviceClock> _logger;
    private readonly TaskCompletionSource _trusted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private DateTimeOffset _floor;
    private Anchor? _anchor;
    private Anchor? _server;
    private TimeSpan? _consulted;
    private DateTimeOffset? _assumed;

    /// <param name="system">The system's clocks.</param>
    /// <param name="isSynchronised">Whether the kernel holds the system's clock for synchronised.</param>
    /// <param name="buildTime">Nothing before it is ever believed.</param>
    /// <param name="trustSystemTime">See <see cref="ClockOptions.TrustSystemTime"/>.</param>
    /// <param name="logger">Says once when the time becomes known, and when it is corrected.</param>
    public DeviceClock(TimeProvider system, Func<bool> isSynchronised, DateTimeOffset buildTime, bool trustSystemTime, ILogger<DeviceClock> logger)
    {
        _system = system;
        _isSynchronised = isSynchronised;
        _buildTime = buildTime;
        _floor = buildTime;
        _trustSystemTime = trustSystemTime;
        _logger = logger;
    }

    /// <summary>Who gave the time.</summary>
    public TimeOrigin Origin { get; private set; }

    /// <summary>Whether the time is known. Once known it stays known.</summary>
    public bool IsTrusted => TrustedAnchor is not null;

    /// <summary>From which the time is counted; null while it is not known.</summary>
    public Anchor? TrustedAnchor
    {
        get
        {
            lock (_gate)
            {
                Consult();
                return _anchor;
            }
        }
    }

    /// <summary>Completes when the time becomes known.</summary>
    public Task Trusted => _trusted.Task;

    /// <summary>The moment on the boot's monotonic clock.</summary>
    public TimeSpan Monotonic => _system.GetElapsedTime(0);

    /// <summary>What <see cref="GetTimestamp"/> gave, on the same scale.</summary>
    public TimeSpan MonotonicAt(long timestamp) => _system.GetElapsedTime(0, timestamp);

    /// <summary>What must be added to the system's clock to have this one's time.</summary>
    public TimeSpan SystemOffset => GetUtcNow() - _system.GetUtcNow();

    public override TimeZoneInfo LocalTimeZone => _system.LocalTimeZone;

    public override long TimestampFrequency => _system.TimestampFrequency;

    public override long GetTimestamp() => _system.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _system.CreateTimer(callback, state, dueTime, period);

    /// <summary>The true time as far as it is known; else a time that it may be, by which certificates can be judged for a start.</summary>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            Consult();
            return EstimateAt(Monotonic);
        }
    }

    /// <summary>It is at least this late: a system clock that says less is not believed, whoever vouches for it.</summary>
    public void RaiseFloor(DateTimeOffset floor)
    {
        lock (_gate) _floor = Later(_floor, floor);
    }

    /// <summary>Takes over what an earlier run saved: in the same boot the time is known by it, in a later one it is the floor.</summary>
    public void Recall(LastKnownTime time, string bootId)
    {
        lock (_gate)
        {
            _floor = Later(_floor, time.Time);
            if (time.BootId == bootId && time.Anchor.Monotonic <= Monotonic && time.Time >= _buildTime) Adopt(time.Anchor, TimeOrigin.EarlierRun);
        }
    }

    /// <summary>An answer of AWS over a connection that was authenticated carried this <c>Date</c>.</summary>
    /// <param name="date">As sent.</param>
    /// <param name="sentAt">When the request was begun, as <see cref="Monotonic"/>.</param>
    /// <param name="receivedAt">When the answer came, as <see cref="Monotonic"/>.</param>
    public void Observe(DateTimeOffset date, TimeSpan sentAt, TimeSpan receivedAt)
    {
        lock (_gate)
        {
            if (date < _buildTime)
            {
                _logger.DateNotBelieved(date);
                return;
            }

            Consult();
            var server = new Anchor(date + (DateGranularity / 2), receivedAt);
            _server = server;
            var slack = Origin == TimeOrigin.Kernel ? KernelTolerance : DateSlack;
            var estimate = EstimateAt(receivedAt);
            var agrees = _anchor is not null && estimate >= date - slack && estimate <= date + DateGranularity + (receivedAt - sentAt) + slack;
            if (!agrees) Adopt(server, TimeOrigin.Server);
            else if (Origin == TimeOrigin.System) Origin = TimeOrigin.Server;
        }
    }

    /// <summary>
    /// A certificate that a trusted authority issued begins then. While the time is not known, certificates are judged as of that
    /// moment from now on; no reading is stamped by it.
    /// </summary>
    public void AssumeAtLeast(DateTimeOffset validFrom)
    {
        lock (_gate)
        {
            if (_anchor is null) _assumed = validFrom;
        }
    }

    /// <summary>A certificate has expired by the assumed time: while the time is not known, the floor is assumed from now on.</summary>
    public void AssumeFloor()
    {
        lock (_gate)
        {
            if (_anchor is null) _assumed = _floor;
        }
    }

    private void Consult()
    {
        var now = Monotonic;
        if (now - _consulted < ConsultPeriod) return;
        _consulted = now;
        var system = _system.GetUtcNow();
        if (system < _floor) return;
        if (_isSynchronised())
        {
            if (_server is { } server && (server.At(now) - system).Duration() > KernelTolerance) return;
            Adopt(new Anchor(system, now), TimeOrigin.Kernel);
        }
        else if (_trustSystemTime && _anchor is null)
        {
            Adopt(new Anchor(system, now), TimeOrigin.System);
        }
    }

    private void Adopt(Anchor anchor, TimeOrigin origin)
    {
        var now = Monotonic;
        var time = anchor.At(now);
        if (_anchor is not { } old) _logger.TimeKnown(time, origin, _system.GetUtcNow() - anchor.At(now));
        else if ((anchor.At(now) - old.At(now)) is var step && step.Duration() > DateSlack) _logger.TimeCorrected(-step, time, origin);
        _anchor = anchor;
        Origin = origin;
        _trusted.TrySetResult();
    }

    private DateTimeOffset EstimateAt(TimeSpan monotonic) =>
        _anchor?.At(monotonic) ?? _assumed ?? Later(_system.GetUtcNow(), _floor);

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}

/// <summary>A moment known on both clocks: from here the wall clock is counted on the monotonic one.</summary>
/// <param name="Wall">The true time.</param>
/// <param name="Monotonic">The same moment on the boot's monotonic clock.</param>
internal readonly record struct Anchor(DateTimeOffset Wall, TimeSpan Monotonic)
{
    public DateTimeOffset At(TimeSpan monotonic) => Wall + (monotonic - Monotonic);
}

/// <summary>Who says what time it is.</summary>
internal enum TimeOrigin
{
    /// <summary>Nobody who can be believed.</summary>
    None,

    /// <summary>The system's clock, because the configuration says that it can be believed.</summary>
    System,

    /// <summary>An earlier run of the agent in the same boot; the monotonic clock has gone on since.</summary>
    EarlierRun,

    /// <summary>The system's clock while the kernel reports it synchronised.</summary>
    Kernel,

    /// <summary>The <c>Date</c> of an answer from AWS.</summary>
    Server,
}
