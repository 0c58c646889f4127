using System.Text.Json;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Timing;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Control;

/// <summary>
/// Remote settings that have not proven themselves: since the change the agent has neither run for <see cref="ProofPeriod"/> nor ended as asked.
/// When it ends otherwise again and again, what was proven last is restored.
/// </summary>
/// <param name="Change">The last change of them.</param>
/// <param name="Starts">Starts since then.</param>
internal sealed record SettingsTrial(ExecutingChange Change, int Starts = 0)
{
    /// <summary>At this start the settings are taken back.</summary>
    public const int MaxStarts = 3;

    /// <summary>A run of this length proves them: 5 minutes.</summary>
    public static readonly TimeSpan ProofPeriod = TimeSpan.FromMinutes(5);

    /// <summary>What operators had set before, by key.</summary>
    public IReadOnlyDictionary<string, SettingOverride> Proven { get; init => field = value ?? field; } = new Dictionary<string, SettingOverride>();

    /// <summary>The record with other settings, which are to prove themselves.</summary>
    public static ControlRecord Begin(ControlRecord record, IReadOnlyDictionary<string, SettingOverride> settings, ExecutingChange change)
    {
        // Asked for again, after a kill: the count goes on.
        if (Differences(record.Settings, settings).Count == 0) return record with { Settings = settings };
        var proven = record.Trial?.Proven ?? record.Settings;
        return record with { Settings = settings, Trial = Differences(proven, settings).Count == 0 ? null : new SettingsTrial(change) { Proven = proven } };
    }

    /// <summary>The record at a start of the agent: counted, and where it was one too many, with the proven settings.</summary>
    /// <param name="record">As the last run left it.</param>
    /// <param name="now">When.</param>
    /// <returns>The record, and why settings were taken back; null when they were not.</returns>
    public static (ControlRecord Record, string? RolledBack) AtStart(ControlRecord record, DateTimeOffset now)
    {
        if (record.Trial is not { } trial) return (record, null);
        if (trial.Starts < MaxStarts - 1) return (record with { Trial = trial with { Starts = Math.Max(trial.Starts, 0) + 1 } }, null);
        var keys = Differences(trial.Proven, record.Settings);
        var reason = $"The agent started {MaxStarts} times within {ProofPeriod.TotalMinutes:0} minutes each and did not end as asked, since {string.Join(", ", keys.Order(StringComparer.Ordinal))} changed remotely: what was set before is active again.";
        var handled = record.Handled.ToDictionary();
        foreach (var key in keys)
        {
            if (handled.TryGetValue(key, out var desired)) handled[key] = desired with { Rejection = PrintableText.Of(reason, HandledValue.LongestRejection), OthersToBlame = false };
        }

        var end = new ChangeRecord(trial.Change.What, trial.Change.By, trial.Change.Reference, ChangeOutcome.RolledBack(ChangeCodes.NotProven, reason), now);
        return (record with { Settings = trial.Proven, Handled = handled, LastChange = end, Trial = null }, reason);
    }

    /// <summary>The keys that are set otherwise, or in one of them only.</summary>
    public static HashSet<string> Differences(IReadOnlyDictionary<string, SettingOverride> one, IReadOnlyDictionary<string, SettingOverride> other) =>
        [.. one.Keys.Union(other.Keys).Where(k => !one.TryGetValue(k, out var a) || !other.TryGetValue(k, out var b) || a.By != b.By || !JsonElement.DeepEquals(a.Value, b.Value))];
}

/// <summary>Notes that remote settings have proven themselves, once the agent has run with them for long enough.</summary>
internal sealed class SettingsProof(ControlState state, LoopWatch loops, TimeProvider time, ILogger<SettingsProof> logger) : WatchedLoop(loops.Pulse("proof of settings"))
{
    protected override async Task RunAsync(CancellationToken stopping)
    {
        SettingsTrial? watched = null;
        long since = 0;
        while (true)
        {
            Pulse.Works();
            var (changed, trial) = (state.NextChange, state.Record.Trial);
            if (!ReferenceEquals(trial, watched)) (watched, since) = (trial, time.GetTimestamp());
            if (trial is null)
            {
                using (Pulse.Waits()) await changed.WaitAsync(stopping).ConfigureAwait(false);
            }
            else if (SettingsTrial.ProofPeriod - time.GetElapsedTime(since) is var left && left > TimeSpan.Zero)
            {
                using (Pulse.WaitsFor(left)) await WakeSignal.WaitAsync(changed, left, time, stopping).ConfigureAwait(false);
            }
            else
            {
                if (state.Note(r => ReferenceEquals(r.Trial, trial) ? r with { Trial = null } : r) is { } problem) logger.NotWritten(problem);
            }
        }
    }
}
