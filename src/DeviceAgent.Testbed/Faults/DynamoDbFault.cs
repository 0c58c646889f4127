namespace DeviceAgent.Testbed.Faults;

/// <summary>One thing that DynamoDB does wrong.</summary>
/// <param name="Probability">0..1: which share of the requests is hit; for <c>unprocessed</c> which share of the writes in a batch.</param>
/// <param name="Count">How many requests are hit before the fault clears itself; null is for ever.</param>
/// <param name="Milliseconds">For <c>delay</c>: how long.</param>
internal sealed record DynamoDbFault(double Probability = 1, int? Count = null, int? Milliseconds = null) : ICountedFault<DynamoDbFault>
{
    public DynamoDbFault WithCount(int count) => this with { Count = count };
}
