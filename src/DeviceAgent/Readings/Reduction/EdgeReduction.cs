using DeviceAgent.Diagnostics;
using DeviceAgent.Settings;
using DeviceAgent.Spool;
using DeviceAgent.Storage;
using DeviceAgent.Timing;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Readings.Reduction;

/// <summary>
/// Stands between the source and the spool: what of a reading is sent, as itself or in the item of a window. Open windows are saved in
/// <c>reduction.json</c>: every so often, at the end, and before an item of a closed one goes to the spool, so that after a power cut no window is told twice
/// with different values. Thread-safe.
/// </summary>
internal sealed class EdgeReduction
{
    public const string FileName = "reduction.json";

    private const int MaxFileBytes = 32 * 1024 * 1024;

    /// <summary>Items that are in memory only, because the disk cannot be used.</summary>
    private const int MostPending = 1000;

    /// <summary>A clock that is wrong must not keep a window of an earlier run open for ever.</summary>
    private static readonly TimeSpan _longestWindow = TimeSpan.FromDays(1);

    private static readonly TimeSpan _millisecond = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private readonly LiveOptions<ReductionOptions> _options;
    private readonly Ingest _ingest;
    private readonly LiveTimestamps _timestamps;
    private readonly ISpool _spool;
    private readonly AgentMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<EdgeReduction> _logger;
    private readonly ReportInterval _refused;
    private readonly StateFile<SavedReduction> _file;
    private readonly Reducer _reducer = new();
    private readonly List<AcceptedReading> _pending = [];
    private readonly WakeSignal _changed = new();
    private TimeSpan? _unsavedSince;
    private bool _hasStoredPending;
    private bool _saidNotSaved;
    private bool _saidNoRoom;
    private long _reduced;
    private long _late;

    /// <param name="options">The rules.</param>
    /// <param name="stateDirectory">Where the open windows are saved.</param>
    /// <param name="ingest">Judges the items of windows.</param>
    /// <param name="timestamps">Gives no more timestamps in a window that was told.</param>
    /// <param name="spool">Where to.</param>
    /// <param name="metrics">Counts what was reduced.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Is told what is lost.</param>
    public EdgeReduction(
        LiveOptions<ReductionOptions> options, string stateDirectory, Ingest ingest, LiveTimestamps timestamps, ISpool spool, AgentMetrics metrics, TimeProvider time, ILogger<EdgeReduction> logger)
    {
        (_options, _ingest, _timestamps, _spool, _metrics, _time, _logger) = (options, ingest, timestamps, spool, metrics, time, logger);
        _refused = new ReportInterval(TimeSpan.FromMinutes(1), time);
        _file = new StateFile<SavedReduction>(Path.Combine(stateDirectory, FileName), SavedReductionJson.Default.SavedReduction, s => s.Problem, maxBytes: MaxFileBytes);
        var saved = _file.Recover();
        if (saved.Problem is { } problem) logger.WindowsLost(problem);
        if (saved.Value is not null) Restore(saved.Value);
    }

    /// <summary>Completes when <see cref="DueIn"/> may have become less. Take it before that.</summary>
    public Task NextChange => _changed.Next;

    /// <summary>Null while nothing is reduced.</summary>
    public ReductionStatus? Status
    {
        get
        {
            lock (_gate) return _options.Value.IsOff && _reducer.OpenWindows == 0 ? null : new ReductionStatus(_reducer.OpenWindows, _reduced, _late, _saidNotSaved);
        }
    }

    /// <summary>Until there is something to do though no reading comes; null: nothing.</summary>
    public TimeSpan? DueIn
    {
        get
        {
            lock (_gate)
            {
                var save = _unsavedSince + _options.Value.SavePeriod;
                var due = _reducer.Due is { } window && !(window > save) ? window : save;
                return due - Now;
            }
        }
    }

    private TimeSpan Now => _time.GetElapsedTime(0);

    /// <summary>What is to be stored, now that this reading has come; to be handed to <see cref="AppendAsync"/> in this order.</summary>
    public IReadOnlyList<AcceptedReading> Take(AcceptedReading reading)
    {
        lock (_gate)
        {
            var options = _options.Value;
            if (options.IsOff && _reducer.Due is null) return [Marked(reading)];
            var due = _reducer.Due;
            var reduced = _reducer.Take(reading, Now, options);
            Count(reduced, reading.Reading.SerialNumber);
            if (reduced.Windowed && !reading.IsRecorded && _unsavedSince is null)
            {
                _unsavedSince = Now;
                _changed.Set();
            }
            else if (_reducer.Due != due)
            {
                _changed.Set();
            }

            var items = Items(reduced.Closed);
            if (reduced.Alone is not null) items.Add(Marked(reading.With(reduced.Alone)));
            return items;
        }
    }

    /// <summary>What is to be stored because its time has come; saves what is to be saved.</summary>
    public IReadOnlyList<AcceptedReading> TakeDue()
    {
        lock (_gate)
        {
            var items = Items(_reducer.CloseDue(Now, _options.Value));
            if (_unsavedSince is { } since && Now - since >= _options.Value.SavePeriod) Save();
            return items;
        }
    }

    /// <summary>
    /// The source has ended: what is to be stored of the windows that are open. They end before their time, and a reading of the next run may lie in one:
    /// it comes late then.
    /// </summary>
    public IReadOnlyList<AcceptedReading> TakeAll()
    {
        lock (_gate) return Items([.. _reducer.CloseAll(Now, _options.Value).Select(w => w with { IsLive = false })]);
    }

    /// <summary>Items of windows that an earlier run may not have stored.</summary>
    public IReadOnlyList<AcceptedReading> TakePending()
    {
        lock (_gate) return [.. _pending];
    }

    /// <summary>The agent ends, or has stored all: the open windows go on at the next start.</summary>
    public void SaveOpen()
    {
        lock (_gate)
        {
            if (_unsavedSince is not null || _hasStoredPending) Save();
        }
    }

    /// <summary>Puts it into the spool. Fails as that does.</summary>
    public Task<AppendResult> AppendAsync(AcceptedReading reading)
    {
        var stored = _spool.AppendAsync(reading.ToEntry(SpoolClass.Normal), CancellationToken.None);
        lock (_gate) return _options.Value.IsOff && _pending.Count == 0 ? stored : NoteAsync(reading, stored);
    }

    private async Task<AppendResult> NoteAsync(AcceptedReading reading, Task<AppendResult> stored)
    {
        try
        {
            var result = await stored.ConfigureAwait(false);
            if (result == AppendResult.Durable) lock (_gate) _hasStoredPending |= _pending.Remove(reading);
            return result;
        }
        catch (SpoolException)
        {
            lock (_gate)
            {
                _hasStoredPending |= _pending.Remove(reading);
                _reducer.ForgetSent();
            }

            throw;
        }
    }

    private List<AcceptedReading> Items(IReadOnlyList<ClosedWindow> closed)
    {
        var items = new List<AcceptedReading>();
        var saves = false;
        foreach (var window in closed)
        {
            if (window.IsLive) _timestamps.RaiseTo(window.Item.SerialNumber, window.Item.Timestamp.Moment);
            saves |= !window.IsRecorded;
            if (window.Item.Attributes.Count == 0) continue;
            if (_ingest.TryAccept(window, out var problem) is not { } accepted)
            {
                _metrics.Refused.Add(1);
                if (_refused.TryReport(out var count)) _logger.ReadingRefused(problem!, count);
                continue;
            }

            var item = Marked(accepted);
            _metrics.Windows.Add(1);
            items.Add(item);
            if (window.IsRecorded) continue;
            if (_pending.Count == MostPending) _pending.RemoveAt(0);
            _pending.Add(item);
        }

        if (saves) Save();
        return items;
    }

    private static AcceptedReading Marked(AcceptedReading reading) =>
        reading.IsSimulated ? reading.With([.. reading.Reading.Attributes, KeyValuePair.Create(SourceOptions.SimulatedName, ReadingValue.Of(true))]) : reading;

    private void Count(Reduced reduced, string owner)
    {
        if (reduced.Alone is null)
        {
            _reduced++;
            _metrics.Reduced.Add(1);
        }

        if (reduced.Late)
        {
            _late++;
            _metrics.Late.Add(1);
        }

        if (!reduced.Overflow || _saidNoRoom) return;
        _saidNoRoom = true;
        _logger.NoRoomForWindows(owner);
    }

    private void Save()
    {
        (_unsavedSince, _hasStoredPending) = (null, false);
        var problem = _file.TryWrite(new SavedReduction(
            [.. from owner in _reducer.Owners
                from window in owner.Value.Open.Values
                where !window.IsRecorded
                select new SavedWindow(owner.Key, window.End, window.IsLive, window.Attributes.ToDictionary(a => a.Key, a => a.Value.Save())) { IsSimulated = window.IsSimulated ? true : null }],
            _reducer.Owners.Select(o => KeyValuePair.Create(o.Key, (IReadOnlyList<DateTimeOffset>)[.. o.Value.ClosedForGood])).Where(o => o.Value.Count > 0).ToDictionary(),
            [.. _pending.Select(p => new SavedItem(p.IsLive, System.Text.Encoding.UTF8.GetString(p.Payload)))]));
        if (problem is not null && !_saidNotSaved) _logger.WindowsNotSaved(problem);
        _saidNotSaved = problem is not null;
    }

    private void Restore(SavedReduction saved)
    {
        var (now, wall) = (Now, _time.GetUtcNow());
        foreach (var (owner, ends) in saved.Closed)
        {
            foreach (var end in ends) _reducer.RestoreClosed(owner, end);
        }

        foreach (var window in saved.Windows)
        {
            var left = window.End - wall;
            var due = now + (window.IsLive ? TimeSpan.Zero : _options.Value.Lateness) + (left < TimeSpan.Zero ? TimeSpan.Zero : left > _longestWindow ? _longestWindow : left);
            var open = new Window(window.End) { IsLive = window.IsLive, IsSimulated = window.IsSimulated == true, Due = due };
            foreach (var (attribute, aggregate) in window.Attributes) open.Attributes[attribute] = Aggregate.TryRestore(aggregate)!;
            _reducer.Restore(window.SerialNumber, open);
        }

        foreach (var item in saved.Pending.Select(p => p.TryRead()).OfType<AcceptedReading>())
        {
            if (item.IsLive) _timestamps.RaiseTo(item.Reading.SerialNumber, item.Reading.Timestamp.Moment);
            _pending.Add(item);
        }
    }
}

/// <summary>What reduction does, for the status.</summary>
/// <param name="OpenWindows">Of all serial numbers.</param>
/// <param name="Reduced">Readings since the start that were not sent by themselves.</param>
/// <param name="Late">Readings since the start whose window was closed already.</param>
/// <param name="InMemoryOnly">The open windows cannot be saved.</param>
internal sealed record ReductionStatus(int OpenWindows, long Reduced, long Late, bool InMemoryOnly);
