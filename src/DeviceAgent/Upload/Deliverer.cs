using DeviceAgent.Spool;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Upload;

/// <summary>
/// Brings items into the table, in order, and acknowledges exactly those that are in it. Items that are refused for good are found
/// by halving and set aside.
/// </summary>
internal sealed class Deliverer(ISpool spool, ITable table, ILogger<Deliverer> logger)
{
    /// <summary>Sends until all items are accepted or set aside, or a fault makes it wait; the fault is returned.</summary>
    public async Task<UploadFault?> DeliverAsync(IReadOnlyList<PendingItem> items, CancellationToken cancellationToken)
    {
        var refreshed = false;
        while (true)
        {
            var result = await table.WriteAsync(items, cancellationToken).ConfigureAwait(false);
            if (result.Accepted.Count > 0)
            {
                // It is in the table: that is noted even while the agent is being stopped.
                await spool.AcknowledgeAsync([.. result.Accepted.Select(i => i.Record.Sequence)], CancellationToken.None).ConfigureAwait(false);
                logger.BatchAccepted(result.Accepted.Count, result.Unprocessed.Count);
            }

            switch (result.Fault)
            {
                case null when result.Unprocessed.Count == 0:
                    return null;
                case null:
                    return new UploadFault(FaultKind.Transient, $"DynamoDB left {result.Unprocessed.Count} of {items.Count} items unprocessed.", "It is throttling: raise the table's capacity if this goes on.");
                case { Kind: FaultKind.StaleCredentials } stale when refreshed:
                    return stale with { Kind = FaultKind.Parked, Remedy = $"Fresh credentials are refused as well. {stale.Remedy}".TrimEnd() };
                case { Kind: FaultKind.StaleCredentials } stale:
                    logger.CredentialsRefused(stale.ToString());
                    if (await table.RefreshCredentialsAsync(cancellationToken).ConfigureAwait(false) is { } failed) return failed;
                    refreshed = true;
                    break;
                case { Kind: FaultKind.Rejected } rejected:
                    return await BisectAsync(items, rejected, cancellationToken).ConfigureAwait(false);
                default:
                    return result.Fault;
            }
        }
    }

    private async Task<UploadFault?> BisectAsync(IReadOnlyList<PendingItem> items, UploadFault rejected, CancellationToken cancellationToken)
    {
        if (items.Count == 1)
        {
            await spool.SetAsideAsync(items[0].Record, rejected.What, CancellationToken.None).ConfigureAwait(false);
            logger.RecordSetAside(items[0].Key.Partition, items[0].Key.Sort, rejected.What);
            return null;
        }

        var half = items.Count / 2;
        return await DeliverAsync([.. items.Take(half)], cancellationToken).ConfigureAwait(false)
            ?? await DeliverAsync([.. items.Skip(half)], cancellationToken).ConfigureAwait(false);
    }
}
