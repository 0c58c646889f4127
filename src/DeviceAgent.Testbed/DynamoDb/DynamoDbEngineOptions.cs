namespace DeviceAgent.Testbed.DynamoDb;

internal sealed record DynamoDbEngineOptions
{
    /// <summary>How long a new table stays CREATING.</summary>
    public TimeSpan CreatingTime { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a deleted table stays DELETING.</summary>
    public TimeSpan DeletingTime { get; init; } = TimeSpan.FromMilliseconds(250);
}
