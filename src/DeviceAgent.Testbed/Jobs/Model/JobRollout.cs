namespace DeviceAgent.Testbed.Jobs.Model;

/// <summary>How fast a job reaches its things.</summary>
/// <param name="MaximumPerMinute">Things a minute at most.</param>
/// <param name="Exponential">A rate that grows with what is done; it stays below <paramref name="MaximumPerMinute"/>.</param>
internal sealed record JobRollout(int? MaximumPerMinute, ExponentialRate? Exponential)
{
    /// <summary>What an exponential rate without a maximum ends at.</summary>
    private const int HighestRate = 1000;

    /// <summary>Things a minute, after so many were reached and so many succeeded; null: all at once.</summary>
    public double? PerMinute(int reached, int succeeded) =>
        Exponential is { } rate ? Math.Min(rate.After(reached, succeeded), MaximumPerMinute ?? HighestRate) : MaximumPerMinute;
}
