namespace DeviceAgent.Timing;

/// <summary>
/// Knows of each of the agent's loops when it must be heard of again, so that one that hangs is found. Who waits for another loop
/// (for the spool, say) waits without an end: the other one has a pulse of its own. Thread-safe.
/// </summary>
internal sealed class LoopWatch(TimeProvider time)
{
    private readonly Lock _gate = new();
    private LoopPulse[] _pulses = [];

    /// <summary>The pulse of that name, which waits until it is first told otherwise.</summary>
    public LoopPulse Pulse(string name)
    {
        lock (_gate)
        {
            if (_pulses.FirstOrDefault(p => p.Name == name) is { } known) return known;
            var pulse = new LoopPulse(name, time);
            _pulses = [.. _pulses, pulse];
            return pulse;
        }
    }

    /// <summary>The loops that have worked for longer than this without a beat, or are late by more than it; the latest first.</summary>
    public IReadOnlyList<HungLoop> FindHung(TimeSpan patience)
    {
        var now = time.GetTimestamp();
        List<HungLoop>? hung = null;
        foreach (var pulse in Volatile.Read(ref _pulses))
        {
            if (pulse.Lateness(now) is { } late && late > patience) (hung ??= []).Add(new HungLoop(pulse.Name, late));
        }

        return hung is null ? [] : [.. hung.OrderByDescending(h => h.For)];
    }
}

/// <summary>One loop's word on itself. Each is a field's write.</summary>
internal sealed class LoopPulse(string name, TimeProvider time)
{
    private const long Never = long.MaxValue;

    /// <summary>Since when it works, or until when it waits: from then on it is late.</summary>
    private long _due = Never;

    public string Name => name;

    /// <summary>A beat: it works.</summary>
    public void Works() => Volatile.Write(ref _due, time.GetTimestamp());

    /// <summary>It waits for a signal that may never come, or for another loop. Works again when the result is disposed.</summary>
    public LoopWait Waits()
    {
        Volatile.Write(ref _due, Never);
        return new LoopWait(this);
    }

    /// <summary>It comes back within the limit, come what may. Works again when the result is disposed.</summary>
    /// <param name="limit">Infinite: as <see cref="Waits"/>.</param>
    public LoopWait WaitsFor(TimeSpan limit)
    {
        var ticks = limit.TotalSeconds * time.TimestampFrequency;
        var due = limit == Timeout.InfiniteTimeSpan ? Never : time.GetTimestamp() + (long)Math.Min(ticks, long.MaxValue / 4);
        Volatile.Write(ref _due, due);
        return new LoopWait(this);
    }

    /// <summary>It has ended as it was to.</summary>
    public void Ends() => Volatile.Write(ref _due, Never);

    /// <summary>Since when it ought to have been heard of; null while it need not.</summary>
    public TimeSpan? Lateness(long now)
    {
        var due = Volatile.Read(ref _due);
        return due < now ? time.GetElapsedTime(due, now) : null;
    }
}

/// <summary>A wait of a loop.</summary>
internal readonly record struct LoopWait(LoopPulse Pulse) : IDisposable
{
    public void Dispose() => Pulse.Works();
}

/// <summary>A loop that hangs.</summary>
/// <param name="Name">Which.</param>
/// <param name="For">How long it ought to have been heard of.</param>
internal sealed record HungLoop(string Name, TimeSpan For);
