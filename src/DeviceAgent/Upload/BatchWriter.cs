using DeviceAgent.Diagnostics;
using DeviceAgent.Spool;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Upload;

/// <summary>
/// Writes readings to the sink and acknowledges exactly those that have arrived. Readings that are refused for good are found by
/// halving and set aside. Several batches may be in flight at once.
/// </summary>
internal sealed class BatchWriter(ISpool spool, IReadingSink sink, AgentMetrics metrics, ILogger<BatchWriter> logger)
{
    /// <summary>Sends until all are accepted or set aside, or a fault makes it wait.</summary>
    public async Task<BatchResult> DeliverAsync(IReadOnlyList<PendingReading> items, CancellationToken cancellationToken)
    {
        var refreshed = false;
        var corrected = false;
        while (true)
        {
            var result = await WriteAsync(items, cancellationToken).ConfigureAwait(false);
            switch (result.Fault)
            {
                case null when result.Unprocessed.Count == 0:
                    return new BatchResult(items.Count, items.Count, null);
                case null:
                    return new BatchResult(items.Count, result.Accepted.Count, LeftOver(result.Unprocessed.Count, items.Count));
                case { Kind: FaultKind.StaleCredentials } stale when !refreshed:
                    logger.CredentialsRefused(stale.ToString());
                    if (await sink.RefreshAsync(cancellationToken).ConfigureAwait(false) is { } failed) return new BatchResult(items.Count, 0, failed);
                    refreshed = true;
                    break;
                case { Kind: FaultKind.ClockSkew } skew when !corrected:
                    logger.ClockCorrected(skew.ToString());
                    corrected = true;
                    break;
                case { Kind: FaultKind.StaleCredentials or FaultKind.ClockSkew } again:
                    var remedy = again.Kind == FaultKind.ClockSkew ? again.Remedy : $"Fresh credentials are refused as well. {again.Remedy}".TrimEnd();
                    return new BatchResult(items.Count, 0, again with { Kind = again.IfRepeated, Remedy = remedy });
                case { Kind: FaultKind.Rejected } rejected:
                    return await BisectAsync(items, rejected, cancellationToken).ConfigureAwait(false);
                default:
                    return new BatchResult(items.Count, 0, result.Fault);
            }
        }
    }

    /// <summary>A record that cannot be read back is kept with the reason.</summary>
    public async Task SetDamagedAsideAsync(SpoolRecord record, string reason, CancellationToken cancellationToken)
    {
        await spool.MoveToDeadLettersAsync(record, reason, cancellationToken).ConfigureAwait(false);
        metrics.DeadLettered.Add(1);
        logger.RecordDamaged(record.Sequence, reason);
    }

    private async Task<WriteResult> WriteAsync(IReadOnlyList<PendingReading> items, CancellationToken cancellationToken)
    {
        var result = await sink.WriteAsync(items, cancellationToken).ConfigureAwait(false);
        if (result.Fault is { Kind: FaultKind.NoCredentials }) return result;

        metrics.Requests.Add(1);
        if (result.Fault is { Kind: FaultKind.Throttled } || (result.Fault is null && result.Unprocessed.Count > 0)) metrics.Throttled.Add(1);
        if (result.Accepted.Count > 0)
        {
            metrics.Uploaded.Add(result.Accepted.Count);
            logger.BatchAccepted(result.Accepted.Count, result.Unprocessed.Count);

            // It has arrived: that is noted even while the agent is being stopped.
            await spool.AcknowledgeAsync(SequencesOf(result.Accepted), CancellationToken.None).ConfigureAwait(false);
        }

        if (result.Fault is not { Kind: FaultKind.Rejected } || items.Count > 1) metrics.Retried.Add(result.Unprocessed.Count);
        return result;
    }

    private async Task<BatchResult> BisectAsync(IReadOnlyList<PendingReading> items, UploadFault rejected, CancellationToken cancellationToken)
    {
        if (items.Count == 1)
        {
            await spool.MoveToDeadLettersAsync(items[0].Record, rejected.What, CancellationToken.None).ConfigureAwait(false);
            metrics.DeadLettered.Add(1);
            logger.RecordSetAside(items[0].Key.SerialNumber, items[0].Key.Timestamp, rejected.What);
            return new BatchResult(1, 0, null);
        }

        var half = items.Count / 2;
        var first = await DeliverAsync([.. items.Take(half)], cancellationToken).ConfigureAwait(false);
        if (first.Fault is not null) return first with { Items = items.Count };
        var second = await DeliverAsync([.. items.Skip(half)], cancellationToken).ConfigureAwait(false);
        return new BatchResult(items.Count, first.Accepted + second.Accepted, second.Fault);
    }

    private static UploadFault LeftOver(int unprocessed, int items)
    {
        var what = $"{unprocessed} of {items} readings were left unprocessed.";
        return new UploadFault(FaultKind.Throttled, what, "The service is throttling: raise its capacity if this goes on.") { Subject = "UnprocessedItems" };
    }

    private static long[] SequencesOf(IReadOnlyList<PendingReading> items)
    {
        var sequences = new long[items.Count];
        for (var i = 0; i < sequences.Length; i++) sequences[i] = items[i].Record.Sequence;
        return sequences;
    }
}

/// <summary>How it went with one batch.</summary>
/// <param name="Items">In the batch.</param>
/// <param name="Accepted">Arrived and acknowledged.</param>
/// <param name="Fault">Null: nothing of the batch is left to do.</param>
internal sealed record BatchResult(int Items, int Accepted, UploadFault? Fault)
{
    /// <summary>0 to 1.</summary>
    public double Share => (double)Accepted / Items;
}
