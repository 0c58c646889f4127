using DeviceAgent.Storage;
using DeviceAgent.Timing;

namespace DeviceAgent.Control;

/// <summary><c>control.json</c> in the state directory. Thread-safe.</summary>
internal sealed class ControlState
{
    public const string FileName = "control.json";

    private readonly Lock _gate = new();
    private readonly StateFile<ControlRecord> _file;
    private readonly WakeSignal _changed = new();
    private ControlRecord _record;
    private bool _isBehind;

    private ControlState(StateFile<ControlRecord> file)
    {
        _file = file;
        var reading = file.Recover();
        (_record, Problem) = (reading.Value ?? new ControlRecord(), reading.Problem);
    }

    public ControlRecord Record => Volatile.Read(ref _record);

    /// <summary>Completes at the next change. Take it before <see cref="Record"/>.</summary>
    public Task NextChange => _changed.Next;

    /// <summary>What was wrong with the file at the start; null when nothing was.</summary>
    public string? Problem { get; }

    /// <summary>What an earlier run left; a damaged file is kept aside, and nothing is remembered.</summary>
    public static ControlState Recall(string stateDirectory) =>
        new(new StateFile<ControlRecord>(Path.Combine(stateDirectory, FileName), ControlRecordJson.Default.ControlRecord, r => r.Problem));

    /// <summary>Changes the record; it is on disk when this returns.</summary>
    /// <returns>Null; or why it cannot be written, and then nothing has changed.</returns>
    public string? TryChange(Func<ControlRecord, ControlRecord> change)
    {
        lock (_gate)
        {
            var record = change(_record);
            if (_file.TryWrite(record) is { } problem) return $"The state directory cannot be written: {problem}. Check its free space and its rights.";
            _isBehind = false;
            Set(record);
            return null;
        }
    }

    /// <summary>Changes the record in any case: what cannot be written is remembered until the agent ends.</summary>
    /// <returns>Null; or why it cannot be written, once until it can be again.</returns>
    public string? Note(Func<ControlRecord, ControlRecord> change)
    {
        lock (_gate)
        {
            if (TryChange(change) is not { } problem) return null;
            Set(change(_record));
            var isKnown = _isBehind;
            _isBehind = true;
            return isKnown ? null : problem;
        }
    }

    /// <summary>The agent ends as it was asked to: what operators set has proven itself.</summary>
    public void EndedAsAsked()
    {
        if (Record.Trial is not null) Note(r => r with { Trial = null });
    }

    /// <summary>The agent ends before it has run at all: this start does not speak against what operators set.</summary>
    public void NeverRan()
    {
        if (Record.Trial is { Starts: > 0 }) Note(r => r with { Trial = r.Trial! with { Starts = r.Trial.Starts - 1 } });
    }

    private void Set(ControlRecord record)
    {
        Volatile.Write(ref _record, record);
        _changed.Set();
    }
}
