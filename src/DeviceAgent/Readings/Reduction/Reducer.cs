using System.Text;

namespace DeviceAgent.Readings.Reduction;

/// <summary>The rules of reduction, on readings in their order. Not safe for use by two threads at once.</summary>
internal sealed class Reducer
{
    /// <summary>What open windows may hold, estimated; further attributes and serial numbers go as they are.</summary>
    private const int MostBytes = 4 * 1024 * 1024;

    /// <summary>Of an attribute in a window, or of a serial number, besides the names.</summary>
    private const int BytesOfEach = 1500;

    private readonly Dictionary<string, OwnerWindows> _owners = [];
    private readonly ChangeFilter _changes = new();
    private int _bytes;

    public int OpenWindows => _owners.Values.Sum(o => o.Open.Count);

    /// <summary>When the first window is closed although no reading comes, on the monotonic clock; null while none is open.</summary>
    public TimeSpan? Due { get; private set; }

    public IReadOnlyDictionary<string, OwnerWindows> Owners => _owners;

    /// <summary>Takes a reading: what of it goes by itself, and which windows are at their end because it came.</summary>
    /// <param name="taken">Its time is default while that is not known: it cannot go into a window then.</param>
    /// <param name="now">On the monotonic clock.</param>
    /// <param name="options">The rules.</param>
    public Reduced Take(AcceptedReading taken, TimeSpan now, ReductionOptions options)
    {
        var reading = taken.Reading;
        IReadOnlyList<ClosedWindow> closed = reading.Timestamp == default || !_owners.TryGetValue(reading.SerialNumber, out var owner)
            ? []
            : Close(reading.SerialNumber, owner, w => reading.Timestamp.Moment - w.End >= (w.IsLive ? TimeSpan.Zero : options.Lateness), now, options);
        if (options.IsOff) return new Reduced(reading.Attributes, closed, Windowed: false, Late: false, Overflow: false);

        var at = new SampleTime(taken.IsLive ? null : reading.Timestamp.Moment, now);
        var (windowed, late, overflow) = (false, false, false);
        var alone = new List<KeyValuePair<string, ReadingValue>>();
        foreach (var attribute in reading.Attributes)
        {
            var rule = options.RuleOf(attribute.Key);
            var use = rule.IsWindowed ? TakeIntoWindow(taken, attribute, rule.Every, now, options) : WindowUse.None;
            if (use == WindowUse.Taken)
            {
                windowed = true;
                continue;
            }

            (late, overflow) = (late || use == WindowUse.Late, overflow || use == WindowUse.Overflow);
            if (rule.IsWindowed || !rule.IsFiltered || _changes.Passes(rule, reading.SerialNumber, attribute.Key, [attribute], at)) alone.Add(attribute);
        }

        var goes = alone.Count > 0 || reading.Attributes.Count == 0;
        return new Reduced(!goes ? null : alone.Count == reading.Attributes.Count ? reading.Attributes : alone, closed, windowed, late, overflow);
    }

    /// <summary>The windows that are due.</summary>
    public IReadOnlyList<ClosedWindow> CloseDue(TimeSpan now, ReductionOptions options)
    {
        if (Due is not { } due || due > now) return [];
        var closed = CloseAll(w => w.Due <= now, now, options);
        Schedule();
        return closed;
    }

    /// <summary>All windows: no reading will come any more.</summary>
    public IReadOnlyList<ClosedWindow> CloseAll(TimeSpan now, ReductionOptions options) => CloseAll(_ => true, now, options);

    /// <summary>Something was not sent after all.</summary>
    public void ForgetSent() => _changes.Clear();

    /// <summary>Puts a window of an earlier run back.</summary>
    public void Restore(string owner, Window window)
    {
        OwnerOf(owner).Open[window.End] = window;
        foreach (var attribute in window.Attributes.Keys) _bytes += SizeOf(attribute);
        Schedule();
    }

    /// <summary>A window of an earlier run that was closed.</summary>
    public void RestoreClosed(string owner, DateTimeOffset end) => OwnerOf(owner).Close(end, isRecorded: false);

    private WindowUse TakeIntoWindow(AcceptedReading taken, KeyValuePair<string, ReadingValue> attribute, TimeSpan every, TimeSpan now, ReductionOptions options)
    {
        var reading = taken.Reading;
        if (reading.Timestamp == default || Window.EndOf(reading.Timestamp.Moment, every) is not { } end || !Aggregate.Takes(attribute.Value)) return WindowUse.None;
        var known = _owners.TryGetValue(reading.SerialNumber, out var owner);
        if (known && owner!.IsClosed(end)) return WindowUse.Late;
        var window = known ? owner!.Open.GetValueOrDefault(end) : null;
        if (window?.Attributes.ContainsKey(attribute.Key) != true)
        {
            if (_bytes + SizeOf(attribute.Key) + (known ? 0 : SizeOf(reading.SerialNumber)) > MostBytes) return WindowUse.Overflow;
            _bytes += SizeOf(attribute.Key);
            if (window is null) OwnerOf(reading.SerialNumber).Open[end] = window = new Window(end);
            window.Attributes.Add(attribute.Key, new Aggregate());
        }

        window.Attributes[attribute.Key].Add(attribute.Value, reading.Timestamp);
        window.IsLive &= taken.IsLive;
        window.IsRecorded |= taken.IsRecorded;
        window.IsSimulated |= taken.IsSimulated;
        window.Due = Later(window.Due, now + (taken.IsLive ? end - reading.Timestamp.Moment : every + options.Lateness));
        if (Due is null || window.Due < Due) Due = window.Due;
        return WindowUse.Taken;
    }

    private List<ClosedWindow> CloseAll(Func<Window, bool> which, TimeSpan now, ReductionOptions options) =>
        [.. _owners.ToList().SelectMany(o => Close(o.Key, o.Value, which, now, options))];

    private List<ClosedWindow> Close(string name, OwnerWindows owner, Func<Window, bool> which, TimeSpan now, ReductionOptions options)
    {
        if (owner.Open.Count == 0) return [];
        List<Window> ended = [.. owner.Open.Values.Where(which)];
        if (ended.Count == 0) return [];
        var closed = new List<ClosedWindow>();
        foreach (var window in ended)
        {
            owner.Close(window.End, window.IsRecorded);
            closed.Add(new ClosedWindow(new Reading(name, window.Time, Tell(name, window, now, options)), window.IsLive, window.IsRecorded, window.IsSimulated));
        }

        Schedule();
        return closed;
    }

    /// <summary>What is told of a window; empty when nothing in it has changed.</summary>
    private List<KeyValuePair<string, ReadingValue>> Tell(string owner, Window window, TimeSpan now, ReductionOptions options)
    {
        var item = new List<KeyValuePair<string, ReadingValue>>();
        foreach (var (name, aggregate) in window.Attributes)
        {
            _bytes -= SizeOf(name);
            var rule = options.RuleOf(name);
            var told = new List<KeyValuePair<string, ReadingValue>>();
            aggregate.WriteTo(told, name, rule.Functions);
            if (rule.IsFiltered && !_changes.Passes(rule, owner, name, [.. told.Where(v => v.Key != WindowFunctions.NameOf(name, WindowFunction.Count))], new SampleTime(window.End, now))) continue;
            item.AddRange(told);
        }

        return item;
    }

    private void Schedule() => Due = _owners.Values.SelectMany(o => o.Open.Values).Select(w => (TimeSpan?)w.Due).Min();

    private OwnerWindows OwnerOf(string name)
    {
        if (_owners.TryGetValue(name, out var owner)) return owner;
        _bytes += SizeOf(name);
        return _owners[name] = new OwnerWindows();
    }

    private static TimeSpan Later(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static int SizeOf(string name) => BytesOfEach + Encoding.UTF8.GetByteCount(name);

    private enum WindowUse
    {
        /// <summary>Windows are not for it.</summary>
        None,

        Taken,

        /// <summary>Its window was closed.</summary>
        Late,

        /// <summary>There is no room for it.</summary>
        Overflow,
    }
}

/// <summary>What became of a reading.</summary>
/// <param name="Alone">The attributes that go by themselves, at the reading's own time; null: none.</param>
/// <param name="Closed">The windows that are at their end.</param>
/// <param name="Windowed">Some of it went into a window.</param>
/// <param name="Late">A window of it was closed already.</param>
/// <param name="Overflow">There was no room for all of it.</param>
internal readonly record struct Reduced(IReadOnlyList<KeyValuePair<string, ReadingValue>>? Alone, IReadOnlyList<ClosedWindow> Closed, bool Windowed, bool Late, bool Overflow);

/// <summary>A window at its end.</summary>
/// <param name="Item">Without attributes when there is nothing to tell.</param>
/// <param name="IsLive">All its readings were stamped by the agent.</param>
/// <param name="IsRecorded">It has lines of a file.</param>
/// <param name="IsSimulated">It has readings that are made up.</param>
internal sealed record ClosedWindow(Reading Item, bool IsLive, bool IsRecorded, bool IsSimulated);
