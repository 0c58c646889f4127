namespace DeviceAgent.TestSupport;

/// <summary>
/// A clock that moves only when a test says so. Wall clock and monotonic clock move together with
/// <see cref="Advance"/>; <see cref="StepWallClock"/> moves the wall clock alone, as a time synchronisation does.
/// </summary>
public sealed class ManualTimeProvider(DateTimeOffset start) : TimeProvider
{
    private const int MostLooks = 100;

    private readonly Lock _gate = new();
    private readonly SortedSet<ManualTimer> _timers = new(Comparer<ManualTimer>.Create(ManualTimer.Compare));
    private long _armed = 1;
    private DateTimeOffset _wall = start;
    private TimeSpan _monotonic;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ManualTimeProvider() : this(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero))
    {
    }

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _wall;
    }

    public override long GetTimestamp()
    {
        lock (_gate) return _monotonic.Ticks;
    }

    /// <summary>Moves the wall clock only; timers and timestamps do not notice.</summary>
    public void StepWallClock(TimeSpan by)
    {
        lock (_gate) _wall += by;
    }

    /// <summary>Moves both clocks and fires nothing: the whole process was held up. What fell due fires at the next <see cref="Advance"/>.</summary>
    public void HoldUp(TimeSpan by)
    {
        lock (_gate)
        {
            _monotonic += by;
            _wall += by;
        }
    }

    /// <summary>Moves both clocks, firing every timer that falls due on the way, in order, on the calling thread.</summary>
    public void Advance(TimeSpan by)
    {
        TimeSpan end;
        lock (_gate) end = _monotonic + by;
        while (true)
        {
            ManualTimer? due;
            lock (_gate)
            {
                due = _timers.Min is { } first && first.Due <= end ? first : null;
                var to = due?.Due ?? end;
                if (to > _monotonic)
                {
                    _wall += to - _monotonic;
                    _monotonic = to;
                }

                due?.Rearm();
            }

            if (due is null) return;
            due.Fire();
        }
    }

    /// <summary>
    /// Moves both clocks and returns when what this woke has armed a timer again: it has run, and waits. What arms none, and what
    /// runs without a timer, is given a moment of real time, and as much as the thread pool is behind on a busy machine.
    /// </summary>
    public async Task StepAsync(TimeSpan by)
    {
        Task armed;
        bool due;
        lock (_gate)
        {
            armed = _changed.Task;
            due = _timers.Min is { } first && first.Due <= _monotonic + by;
        }

        Advance(by);
        await armed.WaitAsync(TimeSpan.FromMilliseconds(due ? 200 : 1)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        for (var i = 0; i < MostLooks && ThreadPool.PendingWorkItemCount > 0; i++) await Task.Delay(TimeSpan.FromMilliseconds(1), System).ConfigureAwait(false);
    }

    /// <summary>A moment of real time, for what the machine has kept waiting meanwhile.</summary>
    public static Task BreatheAsync() => Task.Delay(TimeSpan.FromMilliseconds(100), System);

    /// <summary>Moves both clocks by the period of a loop, and waits until the loop has gone round: it waits for one period more.</summary>
    public async Task RoundAsync(TimeSpan period)
    {
        long since;
        lock (_gate) since = _armed;
        Advance(period);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_timers.Any(t => t.IsSince(since) && t.Due == _monotonic + period)) return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    /// <summary>Completes when at least <paramref name="count"/> timers are armed: the code under test is waiting for time to pass.</summary>
    public async Task WaitForTimersAsync(int count, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_timers.Count >= count) return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
        }
    }

    /// <summary>Completes when a timer is armed that fires in exactly that time: the code under test waits for it.</summary>
    public async Task WaitForTimerAsync(TimeSpan due)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_timers.Any(t => t.Due == _monotonic + due)) return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    /// <summary>How long until the next timer fires; null when none is armed.</summary>
    public TimeSpan? NextTimer
    {
        get
        {
            lock (_gate) return _timers.Min?.Due - _monotonic;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;
        private long _order;

        public TimeSpan Due { get; private set; }

        public bool IsSince(long order) => _order >= order;

        /// <summary>Of timers due together, the one armed first comes first.</summary>
        public static int Compare(ManualTimer a, ManualTimer b) => a.Due != b.Due ? a.Due.CompareTo(b.Due) : a._order.CompareTo(b._order);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            TaskCompletionSource changed;
            lock (clock._gate)
            {
                clock._timers.Remove(this);
                _period = period;
                if (dueTime != Timeout.InfiniteTimeSpan) Add(clock._monotonic + dueTime);

                changed = clock._changed;
                clock._changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            changed.SetResult();
            return true;
        }

        /// <summary>Called under the clock's lock, before <see cref="Fire"/>.</summary>
        public void Rearm()
        {
            clock._timers.Remove(this);
            if (_period > TimeSpan.Zero) Add(Due + _period);
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (clock._gate) clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        /// <summary>Only while it is not in the set: its place there depends on what is changed here.</summary>
        private void Add(TimeSpan due)
        {
            Due = due;
            _order = clock._armed++;
            clock._timers.Add(this);
        }
    }
}
