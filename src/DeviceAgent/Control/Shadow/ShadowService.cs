using System.Text.Json.Nodes;
using DeviceAgent.Control.Cloud;
using DeviceAgent.Timing;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Control.Shadow;

/// <summary>Keeps the shadow and the agent's knowledge of it in step: reads it when there may be something new, reports what has changed.</summary>
internal sealed class ShadowService : ControlLoop
{
    /// <summary>How often it is looked whether something worth a report has changed.</summary>
    internal static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(5);

    private readonly IotConnection _connection;
    private readonly DeviceShadow _shadow;
    private readonly ReportedState _state;
    private readonly TimeSpan _reportPeriod;
    private readonly TimeProvider _time;

    /// <summary>Apart from that of reading: what is desired is followed, too, when nothing may be reported.</summary>
    private readonly RetryPause _reportPause;
    private JsonObject? _told;
    private long _toldAt;

    public ShadowService(
        IotConnection connection, DeviceShadow shadow, ReportedState state, OperationRunner runner, ControlOptions options, LoopWatch loops, TimeProvider time, Random random, ILogger<ShadowService> logger)
        : base(LookPeriod, loops.Pulse("shadow"), time, random, logger)
    {
        (_connection, _shadow, _state, _reportPeriod, _time, _reportPause) = (connection, shadow, state, options.ReportPeriod, time, new RetryPause(time, random, logger));
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
            _told = null;
        }

        var state = _state.Build();
        if (!IsDue(state) || _reportPause.Left > TimeSpan.Zero) return;
        var failure = await _shadow.ReportAsync(state, stopping).ConfigureAwait(false);
        _reportPause.After(failure);
        if (failure is null) (_told, _toldAt) = (state, _time.GetTimestamp());
    }

    private bool IsDue(JsonObject state) =>
        _told is null || _time.GetElapsedTime(_toldAt) >= _reportPeriod || !JsonNode.DeepEquals(WithoutLevels(state), WithoutLevels(_told));

    private static JsonObject WithoutLevels(JsonObject state)
    {
        var rest = state.DeepClone().AsObject();
        rest.Remove(ReportedState.Levels);
        return rest;
    }
}
