using DeviceAgent.Credentials.Timing;

namespace DeviceAgent.Credentials.Caching;

/// <summary>How long to wait after a failure to fetch.</summary>
internal static class RetryPolicy
{
    /// <param name="failure">What failed.</param>
    /// <param name="failures">How many in a row, this one included.</param>
    /// <param name="hold">What is left of the set held.</param>
    /// <param name="chance">0 to 1.</param>
    /// <param name="options">The constants.</param>
    public static TimeSpan Delay(CredentialFailure failure, int failures, Hold hold, double chance, CredentialCacheOptions options)
    {
        var backoff = !failure.IsTransient ? Operator(failure, options)
            : hold.LapsedLife is { } life && failure.IsOfProvider ? Lapsed(life, options)
            : new Backoff(options.TransientBaseDelay, hold.IsUrgent ? options.UrgentMaxDelay : options.TransientMaxDelay);
        return Backoff.AtLeast(backoff.After(failures, chance), failure.RetryAfter, options.OperatorMaxDelay);
    }

    private static Backoff Operator(CredentialFailure failure, CredentialCacheOptions options) =>
        new(options.OperatorMinDelay, failure.StatusCode == 403 ? options.ForbiddenMaxDelay : options.OperatorMaxDelay, Jitter.AboveFirst);

    /// <summary>
    /// The provider has been failing for half of a life at least: the whole fleet is in the same state, and nothing is left that a
    /// quick attempt could save. From here on each asks about as often as it would if all were well, and so they come back, too.
    /// </summary>
    private static Backoff Lapsed(TimeSpan life, CredentialCacheOptions options)
    {
        var half = life / 2 < options.LapsedMaxDelay ? life / 2 : options.LapsedMaxDelay;
        return half <= options.TransientMaxDelay
            ? new Backoff(options.TransientBaseDelay, options.TransientMaxDelay)
            : new Backoff(options.TransientBaseDelay, half, Jitter.Half);
    }
}

/// <summary>What is left of the set held when a failure is judged.</summary>
/// <param name="IsUrgent">It is valid, and near its end.</param>
/// <param name="LapsedLife">It has come to its end without another: the life that it had. Null otherwise.</param>
internal readonly record struct Hold(bool IsUrgent, TimeSpan? LapsedLife);
