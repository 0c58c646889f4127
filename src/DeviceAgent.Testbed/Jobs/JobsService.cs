using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.State;

namespace DeviceAgent.Testbed.Jobs;

/// <summary>AWS IoT Jobs: one set of rules, with an API for operators and one for devices.</summary>
internal sealed class JobsService : IAsyncDisposable
{
    /// <summary>How often schedules, rollouts and timers are looked at.</summary>
    public static readonly TimeSpan TickPeriod = TimeSpan.FromSeconds(1);

    private readonly JobLedger _ledger;
    private readonly JobProgress _progress;
    private readonly ITimer _timer;

    /// <param name="store">Where jobs and executions are kept.</param>
    /// <param name="registry">The things and groups that jobs are for.</param>
    /// <param name="bus">Takes the notifications to devices and the events.</param>
    /// <param name="time">The cloud's clock.</param>
    public JobsService(StateStore store, RegistryService registry, IMessageBus bus, TimeProvider time)
    {
        var targets = new JobTargets(registry);
        var (notifications, events) = (new JobNotifications(bus, time), new JobEvents(bus, time));
        _ledger = new JobLedger(store, (ledger, changes) =>
        {
            notifications.Tell(ledger, changes);
            events.Tell(ledger, changes);
        });
        var lifecycle = new JobLifecycle(_ledger, time);
        _progress = new JobProgress(_ledger, lifecycle, targets, time);
        Control = new JobControl(_ledger, lifecycle, _progress, targets, time);
        Devices = new DeviceJobs(_ledger, lifecycle, targets, time);
        _timer = time.CreateTimer(_ => Tick(), null, TickPeriod, TickPeriod);
    }

    public JobControl Control { get; }

    public DeviceJobs Devices { get; }

    /// <summary>Every job, the newest first.</summary>
    public IReadOnlyList<JobOverview> Overview() => _ledger.Do<IReadOnlyList<JobOverview>>(() =>
    [
        .. _ledger.Jobs.OrderByDescending(j => j.Created).ThenBy(j => j.Id, StringComparer.Ordinal).Select(job =>
        {
            var executions = _ledger.LatestOfJob(job.Id);
            return new JobOverview(job, new JobCounts(executions), executions);
        }),
    ]);

    /// <summary>Waits for a tick that is under way.</summary>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Tick() => _ledger.Do(() =>
    {
        _progress.Advance();
        return 0;
    });
}
