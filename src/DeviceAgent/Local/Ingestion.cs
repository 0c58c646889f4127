using DeviceAgent.Diagnostics;
using DeviceAgent.Readings;
using DeviceAgent.Spool;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Local;

/// <summary>Takes readings of local programs to the spool.</summary>
/// <param name="spool">Where to.</param>
/// <param name="ingest">Judges and stamps them.</param>
/// <param name="budget">How much may be on its way.</param>
/// <param name="rate">How much in the course of time.</param>
/// <param name="metrics">Counts what was handed in and what was refused.</param>
internal sealed class Ingestion(
    ISpool spool, Ingest ingest, IngestBudget budget, RateLimit rate, AgentMetrics metrics)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Ten seconds' worth at once, and never less than one full request.</summary>
    public static RateLimit RateOf(int perSecond, TimeProvider time) => new(perSecond, Math.Max(10.0 * perSecond, ReadingsBody.MaxReadings), time);

    /// <summary>
    /// Appends what is good of <paramref name="items"/> in their order. The tasks, one for each item, complete when the spool has spoken and never fail.
    /// </summary>
    /// <exception cref="RefusedException">Under pressure: nothing was taken.</exception>
    public IReadOnlyList<Task<IngestResult>> Take(IReadOnlyList<ReadOnlyMemory<byte>> items, SpoolClass @class)
    {
        metrics.Read.Add(items.Count);
        if (rate.TryTake(items.Count) is { } wait) throw Pressed(items.Count, $"more readings than endpoint.maxReadingsPerSecond allows: try again in {Math.Ceiling(wait.TotalSeconds)} s", wait);
        var bytes = items.Sum(i => (long)i.Length);
        if (!budget.TryTake(items.Count, bytes)) throw Pressed(items.Count, "too many readings wait for their commit: try again", RetryAfter);
        return [.. items.Select(item => TakeAsync(item, @class))];
    }

    private Task<IngestResult> TakeAsync(ReadOnlyMemory<byte> item, SpoolClass @class)
    {
        if (ToEntry(item, @class, out var problem) is { } entry) return AppendAsync(entry, item.Length);
        budget.Return(1, item.Length);
        metrics.Refused.Add(1);
        return Task.FromResult(new IngestResult(IngestOutcome.Rejected, problem));
    }

    private async Task<IngestResult> AppendAsync(SpoolEntry entry, int bytes)
    {
        try
        {
            var result = await spool.AppendAsync(entry, CancellationToken.None).ConfigureAwait(false);
            return new IngestResult(result == AppendResult.Durable ? IngestOutcome.Durable : IngestOutcome.InMemory, null);
        }
        catch (SpoolException e)
        {
            metrics.Refused.Add(1);
            return new IngestResult(IngestOutcome.NotTaken, e.Message);
        }
        finally
        {
            budget.Return(1, bytes);
        }
    }

    private SpoolEntry? ToEntry(ReadOnlyMemory<byte> item, SpoolClass @class, out string? problem) =>
        ReadingJson.TryRead(item, out problem) is { } sample ? ingest.TryAccept(sample, @class, out problem) : null;

    private RefusedException Pressed(int readings, string problem, TimeSpan retryAfter)
    {
        metrics.Refused.Add(readings);
        return new RefusedException(StatusCodes.Status429TooManyRequests, problem, retryAfter);
    }
}
