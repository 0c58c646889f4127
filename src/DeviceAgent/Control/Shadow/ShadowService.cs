using System.Text.Json.Nodes;
using DeviceAgent.Control.Cloud;
using DeviceAgent.Credentials.Timing;
using DeviceAgent.Timing;
using DeviceAgent.Traffic;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Control.Shadow;

/// <summary>Keeps the shadow and the agent's knowledge of it in step: reads it when there may be something new, reports what has changed.</summary>
internal sealed class ShadowService : ControlLoop
{
    /// <summary>How often it is looked whether something worth a report has changed.</summary>
    internal static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(5);

    /// <summary>Levels alone, while the backlog stays as it is, are sent once in so many periods: a sign of life, which also finds a dead connection.</summary>
    internal const int QuietPeriods = 12;

    /// <summary>While the data budget is short, all periods are so much longer.</summary>
    internal const int ShortBudgetFactor = 24;

    /// <summary>So many changes of the health are reported at once, then one a period: one that comes and goes must not be sent each time.</summary>
    private const int HealthBurst = 4;

    /// <summary>More than a batch that is being filled.</summary>
    private const long SmallBacklog = 25;

    private readonly IotConnection _connection;
    private readonly DeviceShadow _shadow;
    private readonly ReportedState _state;
    private readonly ControlState _control;
    private readonly DataBudget _budget;
    private readonly TimeSpan _reportPeriod;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;

    /// <summary>Apart from that of reading: what is desired is followed, too, when nothing may be reported.</summary>
    private readonly RetryPause _reportPause;
    private readonly TokenBucket _healthReports;
    private JsonObject? _told;
    private long? _toldAt;

    public ShadowService(
        IotConnection connection, DeviceShadow shadow, ReportedState state, ControlState control, DataBudget budget, OperationRunner runner, ControlOptions options, LoopWatch loops, TimeProvider time, Random random, ILogger<ShadowService> logger)
        : base(LookPeriod, loops.Pulse("shadow"), time, random, logger)
    {
        (_connection, _shadow, _state, _control, _budget, _logger) = (connection, shadow, state, control, budget, logger);
        (_reportPeriod, _time, _reportPause) = (options.ReportPeriod, time, new RetryPause(time, random, logger));
        _healthReports = new TokenBucket(HealthBurst, options.ReportPeriod, time);
        shadow.Outdated += Wake.Set;
        runner.Changed += Wake.Set;
        connection.Connected += Pause.Reset;
        connection.Connected += _reportPause.Reset;
    }

    public override string? Problem => base.Problem ?? _reportPause.Problem;

    /// <summary>Why reports say less than they would; null when they say all.</summary>
    public string? Shortened => _shadow.Shortened;

    protected override async Task<TimeSpan> StepAsync(CancellationToken stopping)
    {
        if (_connection.IsConnected && Pause.Left == TimeSpan.Zero) await SynchroniseAsync(stopping).ConfigureAwait(false);
        return LookPeriod;
    }

    private async Task SynchroniseAsync(CancellationToken stopping)
    {
        if (!_shadow.IsCurrent)
        {
            Pause.After(await _shadow.ReadAsync(stopping).ConfigureAwait(false));
            if (Pause.Left > TimeSpan.Zero) return;
            _told = _shadow.Reported;
        }

        if (_shadow.Latest is { } document && _control.Record is var record && Overtaken.KeysIn(record, document) is { Count: > 0 } overtaken)
        {
            Pause.After(await RemoveAsync(record, overtaken, stopping).ConfigureAwait(false));
            return;
        }

        var state = _state.Build();
        if (!IsDue(state) || _reportPause.Left > TimeSpan.Zero) return;
        var failure = await _shadow.ReportAsync(state, stopping).ConfigureAwait(false);
        _reportPause.After(failure);
        if (failure is not null) return;
        if (_told is not null && HealthDiffers(state, _told)) _healthReports.TryTake();
        (_told, _toldAt) = (state, _time.GetTimestamp());
    }

    private async Task<TopicResponse?> RemoveAsync(ControlRecord record, IReadOnlyList<string> overtaken, CancellationToken stopping)
    {
        var removal = new JsonObject();
        foreach (var key in overtaken) SettingTree.Set(removal, key, null);
        var (removed, failure) = await _shadow.RemoveDesiredAsync(removal, stopping).ConfigureAwait(false);
        if (!removed) return failure;
        foreach (var job in overtaken.GroupBy(k => record.Handled[k].OvertakenBy!)) _logger.DesiredOvertaken(string.Join(", ", job), job.Key);
        return null;
    }

    /// <summary>What an operator waits for is at once, the health too unless it comes and goes, levels in periods.</summary>
    private bool IsDue(JsonObject state)
    {
        if (_told is null || _toldAt is not { } at) return true;
        if (!JsonNode.DeepEquals(Matters(state), Matters(_told))) return true;
        if (HealthDiffers(state, _told) && _healthReports.UntilNext == TimeSpan.Zero) return true;
        var (silence, period) = (_time.GetElapsedTime(at), _budget.IsShort ? ShortBudgetFactor * _reportPeriod : _reportPeriod);
        return silence >= period && (silence >= QuietPeriods * period || HasShifted(WaitingIn(_told), WaitingIn(state)) || BeginsToUpload(_told, state));
    }

    private static JsonObject Matters(JsonObject state)
    {
        var rest = state.DeepClone().AsObject();
        rest.Remove(ReportedState.Levels);
        rest.Remove(ReportedState.HealthName);
        return rest;
    }

    private static bool HealthDiffers(JsonObject a, JsonObject b) => !JsonNode.DeepEquals(a[ReportedState.HealthName], b[ReportedState.HealthName]);

    /// <summary>By more than half, and by more than a batch: an outage of days is told in a few reports.</summary>
    private static bool HasShifted(long? told, long? now) => told is null || now is null || Math.Abs(now.Value - told.Value) > Math.Max(SmallBacklog, told.Value / 2);

    /// <summary>An agent's first report comes before its first upload.</summary>
    private static bool BeginsToUpload(JsonObject told, JsonObject now) => told[ReportedState.Levels]?[ReportedState.LastUploadName] is null && now[ReportedState.Levels]?[ReportedState.LastUploadName] is not null;

    private static long? WaitingIn(JsonObject state) =>
        state[ReportedState.Levels] is JsonObject levels && levels["spool"] is JsonObject spool && spool["readings"] is JsonValue value && value.TryGetValue<long>(out var waiting) ? waiting : null;
}
