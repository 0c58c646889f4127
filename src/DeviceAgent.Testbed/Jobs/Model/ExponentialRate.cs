namespace DeviceAgent.Testbed.Jobs.Model;

/// <summary>A rollout rate that is multiplied each time that so many more things were notified, or succeeded.</summary>
/// <param name="BasePerMinute">1 to 1000.</param>
/// <param name="IncrementFactor">1.1 to 5.</param>
/// <param name="NotifiedThings">One of the two is given.</param>
/// <param name="SucceededThings">One of the two is given.</param>
internal sealed record ExponentialRate(int BasePerMinute, double IncrementFactor, int? NotifiedThings, int? SucceededThings)
{
    public double After(int notified, int succeeded) =>
        BasePerMinute * Math.Pow(IncrementFactor, NotifiedThings is { } step ? notified / step : succeeded / SucceededThings!.Value);
}
