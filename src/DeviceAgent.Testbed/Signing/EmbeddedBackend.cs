using DeviceAgent.Testbed.DynamoDb;

namespace DeviceAgent.Testbed.Signing;

/// <summary>The testbed's own tables.</summary>
internal sealed class EmbeddedBackend(DynamoDbEngine engine) : IDynamoDbBackend
{
    public Task<DynamoDbAnswer> ExecuteAsync(DynamoDbCall call, CancellationToken cancellationToken)
    {
        var response = engine.Execute(call.Operation, call.Body);
        return Task.FromResult(new DynamoDbAnswer(response.StatusCode, response.Body));
    }
}
