namespace DeviceAgent.Testbed.Faults;

/// <summary>What DynamoDB does wrong; null is nothing.</summary>
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
