namespace DeviceAgent.Rigs.Durability;

/// <summary>Chance that always draws the shortest delay: retries with full jitter come at once.</summary>
internal sealed class NoJitter : Random
{
    public override double NextDouble() => 0;

    protected override double Sample() => 0;
}
