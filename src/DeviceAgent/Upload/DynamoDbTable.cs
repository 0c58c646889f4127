using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Upload;

/// <summary>The table in DynamoDB.</summary>
/// <param name="client">The SDK's client, which makes one attempt a call.</param>
/// <param name="table">Name and keys.</param>
/// <param name="access">What requests are signed with.</param>
/// <param name="time">Limits the requests.</param>
/// <param name="logger">Says once when the table may not be described.</param>
internal sealed class DynamoDbTable(IAmazonDynamoDB client, TableOptions table, ITableAccess access, TimeProvider time, ILogger<DynamoDbTable> logger) : ITable
{
    /// <summary>From sending to the end of the answer, the connection included.</summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    private readonly FaultClassifier _faults = new(table);

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

    public async Task<WriteResult> WriteAsync(IReadOnlyList<PendingItem> items, CancellationToken cancellationToken)
    {
        var writes = new List<WriteRequest>(items.Count);
        foreach (var item in items) writes.Add(new WriteRequest(new PutRequest(item.Item)));
        var request = new BatchWriteItemRequest { RequestItems = new(1) { [table.TableName] = writes } };
        try
        {
            var response = await AskAsync(token => client.BatchWriteItemAsync(request, token), cancellationToken).ConfigureAwait(false);
            if (response.UnprocessedItems is not { Count: > 0 } unprocessed) return new WriteResult(items, [], null);
            var left = unprocessed.Values.SelectMany(r => r).Select(KeyOf).ToHashSet();
            return new WriteResult([.. items.Where(i => !left.Contains(i.Key))], [.. items.Where(i => left.Contains(i.Key))], null);
        }
        catch (Exception e) when (FaultClassifier.IsExpected(e) && !cancellationToken.IsCancellationRequested)
        {
            return WriteResult.Failed(items, Classify(e));
        }
    }

    public async Task<UploadFault?> RefreshCredentialsAsync(CancellationToken cancellationToken)
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

    private ItemKey KeyOf(WriteRequest request) => new(request.PutRequest.Item[table.PartitionKey].S, request.PutRequest.Item[table.SortKey].S);
}
