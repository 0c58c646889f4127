using DeviceAgent.Credentials.Timing;

namespace DeviceAgent.Credentials.Caching;

/// <summary>What the first request waits for.</summary>
internal sealed class StartDelay : IDisposable
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _timer;

    public StartDelay(TimeSpan delay, TimeProvider time)
    {
        End = Deadline.In(delay, time);
        _timer = time.CreateTimer(_ => Skip(), null, delay, Timeout.InfiniteTimeSpan);
    }

    public Deadline End { get; }

    public Task Over => _over.Task;

    public void Skip() => _over.TrySetResult();

    public void Dispose() => _timer.Dispose();
}
