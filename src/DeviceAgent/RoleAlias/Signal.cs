namespace DeviceAgent.RoleAlias;

/// <summary>Waiting for a signal with a limit.</summary>
internal static class Signal
{
    /// <summary>Returns when the signal came or the time is up.</summary>
    /// <param name="signal">How it ended does not matter.</param>
    /// <param name="limit">Rounded up to whole milliseconds, as timers count them: what is due is due when it returns.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the waiting by an exception.</param>
    public static async Task WaitAsync(Task signal, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        var rounded = limit > TimeSpan.Zero ? TimeSpan.FromMilliseconds(Math.Ceiling(limit.TotalMilliseconds)) : TimeSpan.Zero;
        await signal.WaitAsync(rounded, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
