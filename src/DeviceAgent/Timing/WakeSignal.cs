namespace DeviceAgent.Timing;

/// <summary>
/// A signal that comes again and again, for any number of waiters. Take <see cref="Next"/> before looking at what may have changed: a
/// signal between the look and the wait then ends the wait at once. Thread-safe.
/// </summary>
internal sealed class WakeSignal
{
    private TaskCompletionSource _next = NewSource();

    /// <summary>Completes with the next <see cref="Set"/>.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Wakes everybody who waits. Runs none of their code.</summary>
    public void Set() => Interlocked.Exchange(ref _next, NewSource()).SetResult();

    /// <summary>Returns when the signal came or the time is up.</summary>
    /// <param name="signal">How it ended does not matter.</param>
    /// <param name="limit">Rounded up to whole milliseconds, as timers count them: what is due is due when it returns.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the waiting by an exception.</param>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public static async Task WaitAsync(Task signal, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        var rounded = limit > TimeSpan.Zero ? TimeSpan.FromMilliseconds(Math.Ceiling(limit.TotalMilliseconds)) : TimeSpan.Zero;
        await signal.WaitAsync(rounded, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
