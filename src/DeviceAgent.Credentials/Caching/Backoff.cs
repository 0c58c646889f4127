namespace DeviceAgent.Credentials.Caching;

/// <summary>How long to wait after a failure.</summary>
internal static class Backoff
{
    /// <param name="failure">What failed.</param>
    /// <param name="failures">How many in a row, this one included.</param>
    /// <param name="hold">How the set held stands.</param>
    /// <param name="chance">0 to 1.</param>
    /// <param name="options">The constants.</param>
    public static TimeSpan Delay(CredentialFailure failure, int failures, Hold hold, double chance, CredentialCacheOptions options)
    {
        var delay = !failure.IsTransient ? Operator(failure, failures, chance, options)
            : hold.LapsedLife is { } life && failure.IsOfProvider ? Lapsed(failures, life, chance, options)
            : chance * Doubled(options.TransientBaseDelay, failures - 1, hold.IsUrgent ? options.UrgentMaxDelay : options.TransientMaxDelay);
        if (failure.RetryAfter is not { } asked) return delay;
        var bounded = asked < options.OperatorMaxDelay ? asked : options.OperatorMaxDelay;
        return bounded > delay ? bounded : delay;
    }

    private static TimeSpan Operator(CredentialFailure failure, int failures, double chance, CredentialCacheOptions options)
    {
        var cap = failure.StatusCode == 403 ? options.ForbiddenMaxDelay : options.OperatorMaxDelay;
        return options.OperatorMinDelay + chance * (Doubled(options.OperatorMinDelay, failures, cap) - options.OperatorMinDelay);
    }

    /// <summary>
    /// The provider has been failing for half of a life at least: the whole fleet is in the same state, and nothing is left that a
    /// quick attempt could save. From here on each asks about as often as it would if all were well, and so they come back, too.
    /// </summary>
    private static TimeSpan Lapsed(int failures, TimeSpan life, double chance, CredentialCacheOptions options)
    {
        var half = life / 2 < options.LapsedMaxDelay ? life / 2 : options.LapsedMaxDelay;
        if (half <= options.TransientMaxDelay) return chance * Doubled(options.TransientBaseDelay, failures - 1, options.TransientMaxDelay);
        var cap = Doubled(options.TransientBaseDelay, failures - 1, half);
        return cap / 2 + (chance * (cap / 2));
    }

    /// <summary><c>min(cap, start * 2^times)</c>, without overflow.</summary>
    private static TimeSpan Doubled(TimeSpan start, int times, TimeSpan cap)
    {
        var seconds = Math.ScaleB(start.TotalSeconds, Math.Min(times, 40));
        return seconds < cap.TotalSeconds ? TimeSpan.FromSeconds(seconds) : cap;
    }
}
