namespace DeviceAgent.Testbed.Faults;

/// <summary>The faults of DynamoDB; null is none.</summary>
internal sealed record DynamoDbFaults
{
    public DynamoDbFault? Throttle { get; init; }

    public DynamoDbFault? ServerError { get; init; }

    public DynamoDbFault? Delay { get; init; }

    public DynamoDbFault? DropAnswer { get; init; }

    public DynamoDbFault? Unprocessed { get; init; }

    public DynamoDbFault? Of(DynamoDbFaultKind kind) => kind switch
    {
        DynamoDbFaultKind.Throttle => Throttle,
        DynamoDbFaultKind.ServerError => ServerError,
        DynamoDbFaultKind.Delay => Delay,
        DynamoDbFaultKind.DropAnswer => DropAnswer,
        DynamoDbFaultKind.Unprocessed => Unprocessed,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public DynamoDbFaults With(DynamoDbFaultKind kind, DynamoDbFault? fault) => kind switch
    {
        DynamoDbFaultKind.Throttle => this with { Throttle = fault },
        DynamoDbFaultKind.ServerError => this with { ServerError = fault },
        DynamoDbFaultKind.Delay => this with { Delay = fault },
        DynamoDbFaultKind.DropAnswer => this with { DropAnswer = fault },
        DynamoDbFaultKind.Unprocessed => this with { Unprocessed = fault },
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}

/// <summary>One fault of DynamoDB.</summary>
/// <param name="Probability">0..1: which share of the requests is hit; for <c>unprocessed</c> which share of the writes in a batch.</param>
/// <param name="Count">How many requests are hit before the fault clears itself; null is for ever.</param>
/// <param name="Milliseconds">For <c>delay</c>: how long.</param>
internal sealed record DynamoDbFault(double Probability = 1, int? Count = null, int? Milliseconds = null) : ICountedFault<DynamoDbFault>
{
    public DynamoDbFault WithCount(int count) => this with { Count = count };
}

internal enum DynamoDbFaultKind
{
    /// <summary>400 ProvisionedThroughputExceededException; nothing is done.</summary>
    Throttle,

    /// <summary>500 InternalServerError; nothing is done.</summary>
    ServerError,

    /// <summary>The answer takes longer.</summary>
    Delay,

    /// <summary>The request is carried out, the answer never arrives.</summary>
    DropAnswer,

    /// <summary>Of a BatchWriteItem a part is handed back in UnprocessedItems.</summary>
    Unprocessed,
}
