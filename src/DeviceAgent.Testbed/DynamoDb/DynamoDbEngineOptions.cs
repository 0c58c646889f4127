namespace DeviceAgent.Testbed.DynamoDb;

internal sealed record DynamoDbEngineOptions
{
    /// <summary>How long a new table stays CREATING.</summary>
    public TimeSpan CreatingTime { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a deleted table stays DELETING.</summary>
    public TimeSpan DeletingTime { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Asked once for every write request of a BatchWriteItem with the table's name; true hands that request back in
    /// UnprocessedItems. When nothing of a batch is left to be processed, the whole call is throttled, as on AWS.
    /// </summary>
    public Func<string, bool>? LeaveUnprocessed { get; init; }
}
