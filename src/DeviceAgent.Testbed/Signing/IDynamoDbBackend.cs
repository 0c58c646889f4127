namespace DeviceAgent.Testbed.Signing;

/// <summary>What carries out the requests that the front door let through.</summary>
internal interface IDynamoDbBackend
{
    /// <summary>Refusals are answers, not exceptions.</summary>
    Task<DynamoDbAnswer> ExecuteAsync(DynamoDbCall call, CancellationToken cancellationToken);
}
