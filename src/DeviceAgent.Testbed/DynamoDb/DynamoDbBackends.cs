using DeviceAgent.Testbed.Faults;

namespace DeviceAgent.Testbed.DynamoDb;

/// <summary>Executes the requests that the API let through.</summary>
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

/// <summary>Where the tables are: in the testbed's own engine, or on another server that speaks DynamoDB's protocol.</summary>
internal sealed class TableStore : IDisposable
{
    private readonly DynamoDbEngine _engine;
    private readonly ForwardingBackend? _forwarding;

    /// <param name="folder">Of the engine's files.</param>
    /// <param name="url">The other server; the engine then only learns its key schemas, for the policies.</param>
    /// <param name="time">The cloud's clock.</param>
    public TableStore(string folder, Uri? url, TimeProvider time)
    {
        if (url is null)
        {
            _engine = new DynamoDbEngine(Path.Combine(folder, "tables.db"), new DynamoDbEngineOptions(), time);
            Backend = new EmbeddedBackend(_engine.Execute);
            Operations = new DynamoDbOperations(DynamoDbEngine.Knows, _engine.Accesses);
            return;
        }

        _engine = new DynamoDbEngine(Path.Combine(folder, "forwarded.db"), new DynamoDbEngineOptions { CreatingTime = TimeSpan.Zero, DeletingTime = TimeSpan.Zero }, time);
        _forwarding = new ForwardingBackend(url);
        var tables = new ForwardedTables(_forwarding, _engine);
        Backend = tables;
        Operations = new DynamoDbOperations(DynamoDbEngine.Knows, tables.Accesses);
    }

    public IDynamoDbBackend Backend { get; }

    public DynamoDbOperations Operations { get; }

    /// <summary>How many items each table has, by its name; null when the tables are on another server.</summary>
    public IReadOnlyDictionary<string, long>? ItemCounts() => _forwarding is null ? _engine.ItemCounts() : null;

    public void Dispose()
    {
        _forwarding?.Dispose();
        _engine.Dispose();
    }
}

/// <summary>Injects the faults that are switched on, in front of the real backend.</summary>
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
