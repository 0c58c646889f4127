namespace DeviceAgent.RoleAlias;

/// <summary>How long to wait before the credentials provider is asked again: 0.5 s to 60 s, at random below a doubling bound.</summary>
internal static class RetryPause
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(60);

    /// <param name="failures">In a row, at least 1.</param>
    /// <param name="asked">What the service asks for.</param>
    /// <param name="random">Spreads a fleet that was told to change at the same moment.</param>
    public static TimeSpan After(int failures, TimeSpan? asked, Random random)
    {
        var bound = Least * Math.Pow(2, Math.Min(failures, 10));
        var pause = Least + ((Min(bound, Most) - Least) * random.NextDouble());
        return asked is { } least && least > pause ? Min(least, Most) : pause;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
