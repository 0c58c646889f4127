using Amazon.DynamoDBv2;
using Amazon.Runtime;
using DeviceAgent.Credentials;
using DeviceAgent.Readings;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Upload.DynamoDb;

/// <summary>A table in DynamoDB.</summary>
/// <param name="client">The SDK's client, which makes one attempt a call.</param>
/// <param name="writes">Makes the one call that the SDK's client does not.</param>
/// <param name="table">Name and keys.</param>
/// <param name="access">What requests are signed with.</param>
/// <param name="time">Limits the requests.</param>
/// <param name="logger">Says once when the table may not be described.</param>
internal sealed class DynamoDbSink(IAmazonDynamoDB client, BatchWriteClient writes, TableOptions table, ITableAccess access, TimeProvider time, ILogger<DynamoDbSink> logger) : IReadingSink
{
    /// <summary>What one BatchWriteItem takes.</summary>
    public const int MaxReadings = 25;

    /// <summary>DynamoDB takes 16 MB.</summary>
    private const int TargetBytes = 256 * 1024;

    /// <summary>From sending to the end of the answer, the connection included.</summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    private readonly FaultClassifier _faults = new(table);

    /// <summary>Types and wrapping at most double a reading's text.</summary>
    public RequestLimits RequestLimits { get; } = new(MaxReadings, TargetBytes, ItemWriter.WrappingBytes + table.OverheadBytes, Expansion: 2);

    public IReadingLimits ReadingLimits { get; } = new ItemLimits(table.ReservedNames, table.OverheadBytes);

    public async Task<UploadFault?> CheckAsync(CancellationToken cancellationToken)
    {
        var (isDescribed, fault) = await LookAsync(cancellationToken).ConfigureAwait(false);
        if (!isDescribed && fault is null) logger.TableNotDescribed(table.TableName);
        return fault;
    }

    /// <summary>The same, and whether the table was seen: without a fault it may not be looked at.</summary>
    public async Task<(bool IsDescribed, UploadFault? Fault)> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var description = await AskAsync((_, token) => client.DescribeTableAsync(table.TableName, token), cancellationToken).ConfigureAwait(false);
            return (true, TableCheck.FindProblem(description.Table ?? throw new BadAnswerException("it describes no table"), table));
        }
        catch (AmazonDynamoDBException e) when (e.ErrorCode == "AccessDeniedException")
        {
            return (false, null);
        }
        catch (Exception e) when (FaultClassifier.IsExpected(e))
        {
            // What fails while it is being stopped was stopped.
            if (cancellationToken.IsCancellationRequested) throw new OperationCanceledException(e.Message, e, cancellationToken);
            return (false, Classify(e));
        }
    }

    public async Task<WriteResult> WriteAsync(IReadOnlyList<PendingReading> readings, CancellationToken cancellationToken)
    {
        try
        {
            var left = await AskAsync((credentials, token) => writes.WriteAsync(readings, credentials, token), cancellationToken).ConfigureAwait(false);
            if (left.Count == 0) return new WriteResult(readings, [], null);
            return new WriteResult([.. readings.Where(r => !left.Contains(r.Key))], [.. readings.Where(r => left.Contains(r.Key))], null);
        }
        catch (Exception e) when (FaultClassifier.IsExpected(e))
        {
            // What fails while it is being stopped was stopped.
            if (cancellationToken.IsCancellationRequested) throw new OperationCanceledException(e.Message, e, cancellationToken);
            return WriteResult.Failed(readings, Classify(e));
        }
    }

    /// <summary>Deletes the item of a key; null when that succeeded. BatchWriteItem does it: whoever may write so may delete so.</summary>
    public async Task<UploadFault?> DeleteAsync(ReadingKey key, CancellationToken cancellationToken)
    {
        try
        {
            var isDone = await AskAsync((credentials, token) => writes.DeleteAsync(key, credentials, token), cancellationToken).ConfigureAwait(false);
            return isDone ? null : new UploadFault(FaultKind.Throttled, "DynamoDB did not get to the deletion.");
        }
        catch (Exception e) when (FaultClassifier.IsExpected(e))
        {
            // What fails while it is being stopped was stopped.
            if (cancellationToken.IsCancellationRequested) throw new OperationCanceledException(e.Message, e, cancellationToken);
            return Classify(e);
        }
    }

    public async Task<UploadFault?> RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await access.RefreshAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (FaultClassifier.IsExpected(e))
        {
            // What fails while it is being stopped was stopped.
            if (cancellationToken.IsCancellationRequested) throw new OperationCanceledException(e.Message, e, cancellationToken);
            return Classify(e);
        }
    }

    /// <summary>The SDK's own way to credentials cannot be cancelled, so they are made ready before; nor is it waited for longer than is good.</summary>
    private async Task<T> AskAsync<T>(Func<TemporaryCredentials, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        var credentials = await access.PrepareAsync(cancellationToken).ConfigureAwait(false);
        using var timeout = new CancellationTokenSource(RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await ask(credentials, either.Token).WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (!FaultClassifier.IsExpected(e))
        {
            // The SDK's readers of answers throw whatever comes of what they are given.
            throw new BadAnswerException($"it cannot be read ({e.GetType().Name})", e);
        }
    }

    private UploadFault Classify(Exception exception)
    {
        var fault = _faults.Classify(exception);
        if (fault.Kind == FaultKind.ClockSkew && AnswerTime.ServerTime((AmazonServiceException)exception) is { } serverTime) access.ServerTimeIs(serverTime);
        return fault;
    }
}
