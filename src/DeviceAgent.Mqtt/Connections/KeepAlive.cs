namespace DeviceAgent.Mqtt.Connections;

/// <summary>
/// Asks the server for a sign of life when either direction was silent for the interval; without an answer in half an
/// interval more, so 1.5 of them in all, the connection is dead. MQTTnet's own looks every 250 ms, by the wall clock, and
/// only at what was sent; this one waits for exactly as long as it must.
/// </summary>
internal sealed class KeepAlive(TimeProvider timeProvider)
{
    private long _sent = timeProvider.GetTimestamp();
    private long _received = timeProvider.GetTimestamp();
    private TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Sent() => Volatile.Write(ref _sent, timeProvider.GetTimestamp());

    public void Received() => Volatile.Write(ref _received, timeProvider.GetTimestamp());

    public void Answered() => Volatile.Read(ref _answered).TrySetResult();

    /// <summary>Returns when the server is dead; never when there is no keep-alive.</summary>
    public async Task RunAsync(TimeSpan interval, Func<Task> ping, CancellationToken cancellationToken)
    {
        if (interval == TimeSpan.Zero)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, timeProvider, cancellationToken).ConfigureAwait(false);
        }

        while (true)
        {
            var quiet = timeProvider.GetElapsedTime(Math.Min(Volatile.Read(ref _sent), Volatile.Read(ref _received)));
            if (quiet < interval)
            {
                await Task.Delay(interval - quiet, timeProvider, cancellationToken).ConfigureAwait(false);
                continue;
            }

            var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _answered, answered);
            try
            {
                // The wait starts now, not when the PINGREQ is out: a write that hangs is a dead connection too.
                await Task.WhenAll(ping(), answered.Task).WaitAsync(interval / 2, timeProvider, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                return;
            }
        }
    }
}
