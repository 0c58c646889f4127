using DeviceAgent.Testbed.DynamoDb;

namespace DeviceAgent.Testbed.Signing;

/// <summary>The testbed's own tables.</summary>
/// <param name="execute"><see cref="DynamoDbEngine.Execute"/>.</param>
internal sealed class EmbeddedBackend(Func<string, ReadOnlyMemory<byte>, DynamoDbResponse> execute) : IDynamoDbBackend
{
    public Task<DynamoDbAnswer> ExecuteAsync(DynamoDbCall call, CancellationToken cancellationToken)
    {
        var response = execute(call.Operation, call.Body);
        return Task.FromResult(new DynamoDbAnswer(response.StatusCode, response.Body));
    }
}
