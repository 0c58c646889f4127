using DeviceAgent.Timing;

namespace DeviceAgent.Control.Jobs;

/// <summary>
/// Tells AWS IoT the steps of a job while it is carried out, and that it is still at work. A word that does not get through is not
/// repeated: the next one counts. The job goes on whatever comes of it.
/// </summary>
internal sealed class JobProgress(JobQueue queue, JobExecution execution, TimeProvider time) : IChangeProgress
{
    /// <summary>Well below the step timeout, and a few bytes.</summary>
    private static readonly TimeSpan SignOfLife = TimeSpan.FromMinutes(10);

    private readonly WakeSignal _wake = new();
    private string _step = "started";

    /// <summary>The execution's version as last heard.</summary>
    public long Version { get; private set; } = execution.Version;

    /// <summary>The last step that was reached.</summary>
    public string Step => Volatile.Read(ref _step);

    public void Reached(string step)
    {
        Volatile.Write(ref _step, step);
        _wake.Set();
    }

    /// <summary>Tells until it is cancelled, or until no word on the execution is taken any more.</summary>
    public async Task TellAsync(CancellationToken cancellationToken)
    {
        var wake = _wake.Next;
        while (true)
        {
            await WakeSignal.WaitAsync(wake, SignOfLife, time, cancellationToken).ConfigureAwait(false);
            wake = _wake.Next;
            var details = new Dictionary<string, string> { ["step"] = Step };
            (var result, Version) = await queue.UpdateAsync(execution with { Version = Version }, JobStatus.InProgress, details, cancellationToken).ConfigureAwait(false);
            if (result == JobUpdate.Over) return;
        }
    }
}
