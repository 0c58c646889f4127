using DeviceAgent.Settings;
using DeviceAgent.Spool;

namespace DeviceAgent.Upload;

/// <summary>Takes the next batch from what is in the spool and not under way.</summary>
internal sealed class BatchPlanner(ISpool spool, RequestLimits limits, LiveOptions<UploadOptions> live)
{
    /// <summary>How often it is looked further where records must be held back.</summary>
    private const int Looks = 4;

    /// <summary>The most readings in a batch.</summary>
    public int Size => Math.Min(live.Value.BatchSize, limits.MaxReadings);

    public async Task<Batch> NextAsync(InFlight inFlight, CancellationToken cancellationToken)
    {
        var (options, size) = (live.Value, Size);
        var batch = new Batch(limits, size, inFlight.Keys);
        var except = inFlight.Sequences();
        for (var look = 0; look < Looks; look++)
        {
            var records = await spool.PeekAsync(new SpoolQuery(size, options.Order, except, CriticalFirst: true), cancellationToken).ConfigureAwait(false);
            if (batch.Add(records) || batch.IsFull || records.Count < size) break;
            except = [.. except, .. records.Select(r => r.Sequence)];
        }

        return batch;
    }
}
