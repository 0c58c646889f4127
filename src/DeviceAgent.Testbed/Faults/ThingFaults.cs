namespace DeviceAgent.Testbed.Faults;

/// <summary>What goes wrong for one thing only.</summary>
/// <param name="Network">Every connection of the thing is torn down, at every door.</param>
/// <param name="Throttle">DynamoDB throttles its writes.</param>
internal sealed record ThingFaults(bool Network = false, bool Throttle = false)
{
    public static ThingFaults None { get; } = new();
}
