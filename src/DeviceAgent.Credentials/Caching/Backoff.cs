namespace DeviceAgent.Credentials.Caching;

/// <summary>How long to wait after a failure.</summary>
internal static class Backoff
{
    /// <param name="failure">What failed.</param>
    /// <param name="failures">How many in a row, this one included.</param>
    /// <param name="urgent">The set held is near its end.</param>
    /// <param name="chance">0 to 1.</param>
    /// <param name="options">The constants.</param>
    public static TimeSpan Delay(CredentialFailure failure, int failures, bool urgent, double chance, CredentialCacheOptions options)
    {
        var delay = failure.IsTransient
            ? chance * Doubled(options.TransientBaseDelay, failures - 1, urgent ? options.UrgentMaxDelay : options.TransientMaxDelay)
            : options.OperatorMinDelay
              + chance * (Doubled(options.OperatorMinDelay, failures, options.OperatorMaxDelay) - options.OperatorMinDelay);
        if (failure.RetryAfter is not { } asked) return delay;
        var bounded = asked < options.OperatorMaxDelay ? asked : options.OperatorMaxDelay;
        return bounded > delay ? bounded : delay;
    }

    /// <summary><c>min(cap, start * 2^times)</c>, without overflow.</summary>
    private static TimeSpan Doubled(TimeSpan start, int times, TimeSpan cap)
    {
        var seconds = Math.ScaleB(start.TotalSeconds, Math.Min(times, 40));
        return seconds < cap.TotalSeconds ? TimeSpan.FromSeconds(seconds) : cap;
    }
}
