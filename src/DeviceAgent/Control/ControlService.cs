using DeviceAgent.Control.Cloud;
using DeviceAgent.Control.Jobs;
using DeviceAgent.Control.Shadow;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Control;

/// <summary>
/// The one loop that makes changes: the desired state of the shadow and the jobs, one thing at a time. What was being done when the
/// agent was stopped is asked for again by whoever wants it.
/// </summary>
internal sealed class ControlService : ControlLoop
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FaultPause = TimeSpan.FromSeconds(30);

    private readonly IotConnection _connection;
    private readonly DeviceShadow _shadow;
    private readonly DesiredReconciler _reconciler;
    private readonly JobRunner _jobs;
    private readonly ControlState _state;
    private readonly ControlOptions _options;
    private ShadowDocument? _reconciled;
    private int _jobsWait;

    public ControlService(
        IotConnection connection, DeviceShadow shadow, DesiredReconciler reconciler, JobQueue queue, JobRunner jobs, OperationRunner runner, ControlState state, ControlOptions options,
        TimeProvider time, Random random, ILogger<ControlService> logger)
        : base(FaultPause, runner.Pulse, time, random, logger)
    {
        (_connection, _shadow, _reconciler, _jobs, _state, _options) = (connection, shadow, reconciler, jobs, state, options);
        shadow.Read += Wake.Set;
        queue.Notified += LookForJobs;
        connection.Connected += Pause.Reset;
        connection.Connected += LookForJobs;
    }

    protected override Task RunAsync(CancellationToken stopping)
    {
        _connection.Start();
        return base.RunAsync(stopping);
    }

    protected override async Task<TimeSpan> StepAsync(CancellationToken stopping)
    {
        await ReconcileAsync(stopping).ConfigureAwait(false);
        if (_connection.IsConnected && Pause.Left == TimeSpan.Zero)
        {
            await RunJobsAsync(stopping).ConfigureAwait(false);
            ForgetAbandoned();
        }

        return Pause.Left > TimeSpan.Zero && Pause.Left < LookPeriod ? Pause.Left : LookPeriod;
    }

    private async Task ReconcileAsync(CancellationToken stopping)
    {
        if (_shadow.Latest is not { } document || ReferenceEquals(document, _reconciled)) return;
        await _reconciler.GuardAsync(document, stopping).ConfigureAwait(false);
        _reconciled = document;
    }

    private async Task RunJobsAsync(CancellationToken stopping)
    {
        if (!_options.Jobs || Interlocked.Exchange(ref _jobsWait, 0) == 0) return;
        var failure = await _jobs.RunAsync(stopping).ConfigureAwait(false);
        Pause.After(failure);
        if (failure is not null) Volatile.Write(ref _jobsWait, 1);
    }

    /// <summary>A change that was cut short by a restart, and that nobody asks for any more.</summary>
    private void ForgetAbandoned()
    {
        var everybodyWasAsked = Volatile.Read(ref _jobsWait) == 0 && (!_options.Shadow || (_shadow.IsCurrent && ReferenceEquals(_shadow.Latest, _reconciled)));
        if (everybodyWasAsked && _state.Record.Executing is not null) _state.Note(r => r with { Executing = null });
    }

    private void LookForJobs()
    {
        Volatile.Write(ref _jobsWait, 1);
        Wake.Set();
    }
}
