using System.Text.Json.Nodes;
using DeviceAgent.Control.Cloud;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Control.Shadow;

/// <summary>Keeps the shadow and the agent's knowledge of it in step: reads it when there may be something new, reports what has changed.</summary>
internal sealed class ShadowService : BackgroundService
{
    /// <summary>How often it is looked whether something worth a report has changed.</summary>
    internal static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(5);

    private readonly IotConnection _connection;
    private readonly DeviceShadow _shadow;
    private readonly ReportedState _state;
    private readonly TimeSpan _reportPeriod;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RetryPause _pause;
    private readonly Wake _wake;
    private JsonObject? _told;
    private long _toldAt;

    public ShadowService(
        IotConnection connection, DeviceShadow shadow, ReportedState state, Changes changes, ControlOptions options, TimeProvider time, Random random, ILogger<ShadowService> logger)
    {
        (_connection, _shadow, _state, _reportPeriod, _time, _logger) = (connection, shadow, state, options.ReportPeriod, time, logger);
        (_pause, _wake) = (new RetryPause(time, random, logger), new Wake(time));
        shadow.Outdated += _wake.Call;
        changes.Happened += _wake.Call;
        connection.Connected += _pause.Reset;
    }

    /// <summary>Why the shadow cannot be used; null when it can, as far as is known.</summary>
    public string? NotAllowed => _pause.NotAllowed;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                if (_connection.IsConnected && _pause.Left == TimeSpan.Zero) await StepAsync(stoppingToken).ConfigureAwait(false);
                await _wake.WaitAsync(LookPeriod, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The readings must flow whatever happens here.
                _logger.ControlFault(e, LookPeriod.TotalSeconds);
                await Task.Delay(LookPeriod, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task StepAsync(CancellationToken stopping)
    {
        if (!_shadow.IsCurrent)
        {
            _pause.After(await _shadow.ReadAsync(stopping).ConfigureAwait(false));
            if (_pause.Left > TimeSpan.Zero) return;
            _told = null;
        }

        var state = _state.Build();
        if (!IsDue(state)) return;
        var failure = await _shadow.ReportAsync(state, stopping).ConfigureAwait(false);
        _pause.After(failure);
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
