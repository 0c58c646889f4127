using DeviceAgent.Testbed.Faults;

namespace DeviceAgent.Testbed.DynamoDb;

/// <summary>What carries out the requests that the front door let through.</summary>
internal interface IDynamoDbBackend
{
    /// <summary>Refusals are answers, not exceptions.</summary>
    Task<DynamoDbAnswer> ExecuteAsync(DynamoDbCall call, CancellationToken cancellationToken);
}

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

/// <summary>Does wrong what the switches say, in front of the backend that does it right.</summary>
internal sealed class FaultyBackend(IDynamoDbBackend backend, FaultSwitches faults, TimeProvider time) : IDynamoDbBackend
{
    private static readonly DynamoDbAnswer Throttled = DynamoDbAnswer.Service(
        400, "ProvisionedThroughputExceededException",
        "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.");

    private static readonly DynamoDbAnswer Lost = new(200, []) { IsLost = true };

    private static readonly DynamoDbAnswer Broken = DynamoDbAnswer.Service(500, "InternalServerError", "Internal server error");

    public async Task<DynamoDbAnswer> ExecuteAsync(DynamoDbCall call, CancellationToken cancellationToken)
    {
        var thing = faults.Current.Of(call.Thing);
        if (thing.Network) return Lost;
        if (thing.Throttle) return Throttled;
        if (faults.Take(DynamoDbFaultKind.Delay) is { } delay) await Task.Delay(TimeSpan.FromMilliseconds(delay.Milliseconds ?? 0), time, cancellationToken);
        if (faults.Take(DynamoDbFaultKind.Throttle) is not null) return Throttled;
        if (faults.Take(DynamoDbFaultKind.ServerError) is not null) return Broken;
        var answer = await ExecuteInPartAsync(call, cancellationToken);
        return faults.Take(DynamoDbFaultKind.DropAnswer) is null ? answer : answer with { IsLost = true };
    }

    private async Task<DynamoDbAnswer> ExecuteInPartAsync(DynamoDbCall call, CancellationToken cancellationToken)
    {
        if (call.Operation != "BatchWriteItem" || faults.TakeAlways(DynamoDbFaultKind.Unprocessed) is not { } fault) return await backend.ExecuteAsync(call, cancellationToken);

        var batch = BatchShare.HoldBack(call.Body, () => faults.Hits(fault.Probability));
        if (batch is null) return await backend.ExecuteAsync(call, cancellationToken);
        if (batch.NothingLeft) return Throttled;
        var answer = await backend.ExecuteAsync(call with { Body = batch.Left }, cancellationToken);
        return answer.StatusCode == 200 ? new DynamoDbAnswer(200, batch.AddHeldBack(answer.Body)) : answer;
    }
}
