using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using DeviceAgent.Readings;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Upload.DynamoDb;

/// <summary>A table in DynamoDB.</summary>
/// <param name="client">The SDK's client, which makes one attempt a call.</param>
/// <param name="table">Name and keys.</param>
/// <param name="access">What requests are signed with.</param>
/// <param name="time">Limits the requests.</param>
/// <param name="logger">Says once when the table may not be described.</param>
internal sealed class DynamoDbSink(IAmazonDynamoDB client, TableOptions table, ITableAccess access, TimeProvider time, ILogger<DynamoDbSink> logger) : IReadingSink
{
    /// <summary>What one BatchWriteItem takes.</summary>
    public const int MaxReadings = 25;

    /// <summary>DynamoDB takes 16 MB.</summary>
    private const int TargetBytes = 256 * 1024;

    /// <summary>From sending to the end of the answer, the connection included.</summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    private readonly FaultClassifier _faults = new(table);
    private readonly ItemMapper _mapper = new(table);

    /// <summary>Types and wrapping at most double a reading's text.</summary>
    public RequestLimits RequestLimits { get; } = new(MaxReadings, TargetBytes, ItemMapper.WrappingBytes + table.OverheadBytes, Expansion: 2);

    public IReadingLimits ReadingLimits { get; } = new ItemLimits(table.ReservedNames, table.OverheadBytes);

    public async Task<UploadFault?> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            var description = await AskAsync(token => client.DescribeTableAsync(table.TableName, token), cancellationToken).ConfigureAwait(false);
            return TableCheck.FindProblem(description.Table, table);
        }
        catch (AmazonDynamoDBException e) when (e.ErrorCode == "AccessDeniedException")
        {
            logger.TableNotDescribed(table.TableName);
            return null;
        }
        catch (Exception e) when (FaultClassifier.IsExpected(e) && !cancellationToken.IsCancellationRequested)
        {
            return Classify(e);
        }
    }

    public async Task<WriteResult> WriteAsync(IReadOnlyList<PendingReading> readings, CancellationToken cancellationToken)
    {
        var writes = new List<WriteRequest>(readings.Count);
        foreach (var reading in readings) writes.Add(new WriteRequest(new PutRequest(_mapper.ToItem(reading.Reading, reading.Key))));
        var request = new BatchWriteItemRequest { RequestItems = new(1) { [table.TableName] = writes } };
        try
        {
            var response = await AskAsync(token => client.BatchWriteItemAsync(request, token), cancellationToken).ConfigureAwait(false);
            if (response.UnprocessedItems is not { Count: > 0 } unprocessed) return new WriteResult(readings, [], null);
            var left = unprocessed.Values.SelectMany(r => r).Select(KeyOf).ToHashSet();
            return new WriteResult([.. readings.Where(r => !left.Contains(r.Key))], [.. readings.Where(r => left.Contains(r.Key))], null);
        }
        catch (Exception e) when (FaultClassifier.IsExpected(e) && !cancellationToken.IsCancellationRequested)
        {
            return WriteResult.Failed(readings, Classify(e));
        }
    }

    public async Task<UploadFault?> RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await access.RefreshAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (FaultClassifier.IsExpected(e) && !cancellationToken.IsCancellationRequested)
        {
            return Classify(e);
        }
    }

    /// <summary>The SDK's own way to credentials cannot be cancelled, so they are made ready before; nor is it waited for longer than is good.</summary>
    private async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        await access.PrepareAsync(cancellationToken).ConfigureAwait(false);
        using var timeout = new CancellationTokenSource(RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        return await ask(either.Token).WaitAsync(either.Token).ConfigureAwait(false);
    }

    private UploadFault Classify(Exception exception)
    {
        var fault = _faults.Classify(exception);
        if (fault.Kind == FaultKind.ClockSkew && AnswerTime.ServerTime((AmazonServiceException)exception) is { } serverTime) access.ServerTimeIs(serverTime);
        return fault;
    }

    private ReadingKey KeyOf(WriteRequest request) => new(request.PutRequest.Item[table.PartitionKey].S, request.PutRequest.Item[table.SortKey].S);
}
