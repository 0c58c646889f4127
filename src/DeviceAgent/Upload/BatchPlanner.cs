using DeviceAgent.Settings;
using DeviceAgent.Spool;

namespace DeviceAgent.Upload;

/// <summary>Takes the next batch from what is in the spool and not under way.</summary>
internal sealed class BatchPlanner(ISpool spool, ItemMapper mapper, LiveOptions<UploadOptions> live)
{
    /// <summary>How often it is looked further where records must be held back.</summary>
    private const int Looks = 4;

    public async Task<Batch> NextAsync(InFlight inFlight, CancellationToken cancellationToken)
    {
        var options = live.Value;
        var batch = new Batch(mapper, options.BatchSize, inFlight.Keys);
        var except = inFlight.Sequences();
        for (var look = 0; look < Looks; look++)
        {
            var records = await spool.PeekAsync(new SpoolQuery(options.BatchSize, options.Order, except, CriticalFirst: true), cancellationToken).ConfigureAwait(false);
            if (batch.Add(records) || batch.IsFull || records.Count < options.BatchSize) break;
            except = [.. except, .. records.Select(r => r.Sequence)];
        }

        return batch;
    }
}
