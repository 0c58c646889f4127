namespace DeviceAgent.Testbed.Signing;

internal sealed record SigV4Options
{
    /// <summary>How far a request's date may lie from the cloud's clock, either way. AWS: 5 minutes in most cases.</summary>
    public TimeSpan ClockTolerance { get; init; } = TimeSpan.FromMinutes(5);
}
