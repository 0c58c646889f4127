namespace DeviceAgent.Credentials.Timing;

/// <summary>How long to wait after failures in a row: at random, below a bound that doubles with each of them up to a cap.</summary>
/// <param name="first">The bound after the first failure; with <see cref="Jitter.AboveFirst"/> the least wait.</param>
/// <param name="cap">The bound never grows beyond it.</param>
/// <param name="jitter">Where below the bound.</param>
/// <remarks>Holds no count and no clock: the caller says how many failures there were and brings the chance, so that an instance may be static.</remarks>
internal sealed class Backoff(TimeSpan first, TimeSpan cap, Jitter jitter = Jitter.Full)
{
    /// <summary>Keeps the power of two finite; the cap is reached long before.</summary>
    private const int MostDoublings = 40;

    /// <param name="failures">In a row, this one included: at least 1.</param>
    /// <param name="chance">0 to 1: where in the range.</param>
    public TimeSpan After(int failures, double chance)
    {
        var bound = Bound(failures);
        var least = jitter switch
        {
            Jitter.AboveFirst => first < bound ? first : bound,
            Jitter.Half => bound / 2,
            _ => TimeSpan.Zero,
        };
        return least + (chance * (bound - least));
    }

    /// <inheritdoc cref="After(int, double)"/>
    public TimeSpan After(int failures, Random random) => After(failures, random.NextDouble());

    /// <summary>The same with another cap, for a fault that is worth asking more often.</summary>
    public Backoff CappedAt(TimeSpan other) => new(first, other, jitter);

    /// <summary>What a service asks for (<c>Retry-After</c>) is the least wait, but no more than <paramref name="limit"/>.</summary>
    public static TimeSpan AtLeast(TimeSpan delay, TimeSpan? asked, TimeSpan limit)
    {
        if (asked is not { } least) return delay;
        if (least > limit) least = limit;
        return least > delay ? least : delay;
    }

    private TimeSpan Bound(int failures)
    {
        // Above the first wait there must be room from the first failure on, else a fleet asks again all at once.
        var doublings = jitter == Jitter.AboveFirst ? failures : failures - 1;
        var seconds = Math.ScaleB(first.TotalSeconds, Math.Clamp(doublings, 0, MostDoublings));
        return seconds < cap.TotalSeconds ? TimeSpan.FromSeconds(seconds) : cap;
    }
}

/// <summary>Which part of the time below the bound a wait is taken from.</summary>
internal enum Jitter
{
    /// <summary>From zero to the bound: for what passes quickly. Spreads a fleet best.</summary>
    Full,

    /// <summary>The upper half of the bound: where an early attempt is not worth making.</summary>
    Half,

    /// <summary>From the first wait to the bound, which is twice the first wait to begin with.</summary>
    AboveFirst,
}
