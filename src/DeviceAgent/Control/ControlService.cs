using DeviceAgent.Control.Cloud;
using DeviceAgent.Control.Jobs;
using DeviceAgent.Control.Shadow;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Control;

/// <summary>
/// The one loop that makes changes: the desired state of the shadow and the jobs, one thing at a time. What was being done when the
/// agent was stopped is asked for again by whoever wants it.
/// </summary>
internal sealed class ControlService : BackgroundService
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FaultPause = TimeSpan.FromSeconds(30);

    private readonly IotConnection _connection;
    private readonly DeviceShadow _shadow;
    private readonly DesiredReconciler _reconciler;
    private readonly JobRunner _jobs;
    private readonly ControlMemory _memory;
    private readonly ControlOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RetryPause _pause;
    private readonly Wake _wake;
    private ShadowDocument? _reconciled;
    private int _jobsWait;

    public ControlService(
        IotConnection connection, DeviceShadow shadow, DesiredReconciler reconciler, JobQueue queue, JobRunner jobs, ControlMemory memory, ControlOptions options,
        TimeProvider time, Random random, ILogger<ControlService> logger)
    {
        (_connection, _shadow, _reconciler, _jobs, _memory, _options, _time, _logger) = (connection, shadow, reconciler, jobs, memory, options, time, logger);
        (_pause, _wake) = (new RetryPause(time, random, logger), new Wake(time));
        shadow.Read += _wake.Call;
        queue.Notified += LookForJobs;
        connection.Connected += _pause.Reset;
        connection.Connected += LookForJobs;
    }

    /// <summary>Why jobs cannot be taken; null when they can, as far as is known.</summary>
    public string? NotAllowed => _pause.NotAllowed;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _connection.Start();
        while (true)
        {
            try
            {
                await StepAsync(stoppingToken).ConfigureAwait(false);
                var wait = _pause.Left > TimeSpan.Zero && _pause.Left < LookPeriod ? _pause.Left : LookPeriod;
                await _wake.WaitAsync(wait, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The readings must flow whatever happens here.
                _logger.ControlFault(e, FaultPause.TotalSeconds);
                await Task.Delay(FaultPause, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task StepAsync(CancellationToken stopping)
    {
        if (_shadow.Latest is { } document && !ReferenceEquals(document, _reconciled))
        {
            await _reconciler.ReconcileAsync(document, stopping).ConfigureAwait(false);
            _reconciled = document;
        }

        if (!_connection.IsConnected || _pause.Left > TimeSpan.Zero) return;
        if (_options.Jobs && Interlocked.Exchange(ref _jobsWait, 0) == 1)
        {
            var failure = await _jobs.RunAsync(stopping).ConfigureAwait(false);
            _pause.After(failure);
            if (failure is not null) Volatile.Write(ref _jobsWait, 1);
        }

        ForgetAbandoned();
    }

    /// <summary>A change that was cut short by a restart, and that nobody asks for any more.</summary>
    private void ForgetAbandoned()
    {
        var everybodyWasAsked = Volatile.Read(ref _jobsWait) == 0 && (!_options.Shadow || (_shadow.IsCurrent && ReferenceEquals(_shadow.Latest, _reconciled)));
        if (everybodyWasAsked && _memory.Record.Executing is not null) _memory.Note(r => r with { Executing = null });
    }

    private void LookForJobs()
    {
        Volatile.Write(ref _jobsWait, 1);
        _wake.Call();
    }
}
