namespace DeviceAgent.Testbed.Faults;

/// <summary>One thing that DynamoDB does wrong.</summary>
internal sealed record DynamoDbFault : ICountedFault<DynamoDbFault>
{
    /// <summary>0..1: which share of the requests is hit; for <c>unprocessed</c> which share of the writes in a batch.</summary>
    public double Probability { get; init; } = 1;

    /// <summary>How many requests are hit before the fault clears itself; null is for ever.</summary>
    public int? Count { get; init; }

    /// <summary>For <c>delay</c>: how long.</summary>
    public int? Milliseconds { get; init; }

    public DynamoDbFault WithCount(int count) => this with { Count = count };
}
