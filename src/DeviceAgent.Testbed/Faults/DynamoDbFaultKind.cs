namespace DeviceAgent.Testbed.Faults;

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
