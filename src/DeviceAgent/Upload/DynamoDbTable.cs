using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Upload;

/// <summary>The table in DynamoDB.</summary>
/// <param name="client">The SDK's client, which makes one attempt a call.</param>
/// <param name="table">Name and keys.</param>
/// <param name="prepareAsync">Gets credentials ready before a request: the SDK's own way to them cannot be cancelled.</param>
/// <param name="refreshAsync">Fetches new credentials.</param>
/// <param name="logger">Says once when the table may not be described.</param>
internal sealed class DynamoDbTable(
    IAmazonDynamoDB client, TableOptions table, Func<CancellationToken, Task> prepareAsync, Func<CancellationToken, Task> refreshAsync, ILogger<DynamoDbTable> logger) : ITable
{
    private readonly FaultClassifier _faults = new(table);

    public async Task<UploadFault?> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await prepareAsync(cancellationToken).ConfigureAwait(false);
            var description = await client.DescribeTableAsync(table.TableName, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
            return TableCheck.FindProblem(description.Table, table);
        }
        catch (AmazonDynamoDBException e) when (e.ErrorCode == "AccessDeniedException")
        {
            logger.TableNotDescribed(table.TableName);
            return null;
        }
        catch (Exception e) when (FaultClassifier.IsExpected(e) && !cancellationToken.IsCancellationRequested)
        {
            return _faults.Classify(e);
        }
    }

    public async Task<WriteResult> WriteAsync(IReadOnlyList<PendingItem> items, CancellationToken cancellationToken)
    {
        var request = new BatchWriteItemRequest
        {
            RequestItems = new() { [table.TableName] = [.. items.Select(i => new WriteRequest(new PutRequest(i.Item)))] },
        };
        try
        {
            await prepareAsync(cancellationToken).ConfigureAwait(false);
            var response = await client.BatchWriteItemAsync(request, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
            var left = (response.UnprocessedItems?.Values ?? Enumerable.Empty<List<WriteRequest>>()).SelectMany(r => r).Select(KeyOf).ToHashSet();
            return new WriteResult([.. items.Where(i => !left.Contains(i.Key))], [.. items.Where(i => left.Contains(i.Key))], null);
        }
        catch (Exception e) when (FaultClassifier.IsExpected(e) && !cancellationToken.IsCancellationRequested)
        {
            return WriteResult.Failed(items, _faults.Classify(e));
        }
    }

    public async Task<UploadFault?> RefreshCredentialsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await refreshAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (FaultClassifier.IsExpected(e) && !cancellationToken.IsCancellationRequested)
        {
            return _faults.Classify(e);
        }
    }

    private ItemKey KeyOf(WriteRequest request) => new(request.PutRequest.Item[table.PartitionKey].S, request.PutRequest.Item[table.SortKey].S);
}
