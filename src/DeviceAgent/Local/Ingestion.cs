using DeviceAgent.Credentials.Timing;
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
/// <param name="timestamps">Reads their times.</param>
internal sealed class Ingestion(
    ISpool spool, Ingest ingest, IngestBudget budget, TokenBucket rate, AgentMetrics metrics, TimestampReader timestamps)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Ten seconds' worth at once, and never less than one full request.</summary>
    public static TokenBucket RateOf(int perSecond, TimeProvider time) => TokenBucket.PerSecond(perSecond, Math.Max(10.0 * perSecond, ReadingsBody.MaxReadings), time);

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

    /// <summary>Appends readings again that were held in memory only; they are in the table once, whichever comes first.</summary>
    /// <exception cref="RefusedException">Under pressure: nothing was taken.</exception>
    public IReadOnlyList<Task<IngestResult>> Store(IReadOnlyList<SpoolEntry> entries)
    {
        if (!budget.TryTake(entries.Count, entries.Sum(e => (long)e.Payload.Length))) throw Pressed(entries.Count, "too many readings wait for their commit: try again", RetryAfter);
        return [.. entries.Select(e => AppendAsync(e, e.Payload.Length))];
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
            return result == AppendResult.Durable ? new IngestResult(IngestOutcome.Durable, null) : new IngestResult(IngestOutcome.InMemory, null, entry);
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
        ReadingJson.TryRead(item, timestamps, out problem) is { } sample && ingest.TryAccept(sample, @class, out problem) is { } entry ? entry with { IsAwaited = true } : null;

    private RefusedException Pressed(int readings, string problem, TimeSpan retryAfter)
    {
        metrics.Refused.Add(readings);
        return new RefusedException(StatusCodes.Status429TooManyRequests, problem, retryAfter);
    }
}

/// <summary>What became of a reading that was handed in.</summary>
/// <param name="Outcome">Which it is.</param>
/// <param name="Reason">Why, unless it is on the medium.</param>
/// <param name="Held">The reading, where it is held in memory only.</param>
internal readonly record struct IngestResult(IngestOutcome Outcome, string? Reason, SpoolEntry? Held = null);

internal enum IngestOutcome
{
    /// <summary>On the medium.</summary>
    Durable,

    /// <summary>Held in memory: uploaded if the agent goes on running, lost if it ends before the disk can be used again.</summary>
    InMemory,

    /// <summary>The spool did not take it; it may be sent again.</summary>
    NotTaken,

    /// <summary>It can never be taken as it is.</summary>
    Rejected,
}

/// <summary>Bounds what local programs have in progress towards the disk, and with it the memory that they can make the agent use. Thread-safe.</summary>
internal sealed class IngestBudget
{
    /// <summary>Readings that wait for their commit.</summary>
    public const int MaxReadings = 4096;

    /// <summary>Bodies that are being read and readings that wait for their commit.</summary>
    public const long MaxBytes = 8 * 1024 * 1024;

    private readonly Lock _gate = new();
    private int _readings;
    private long _bytes;

    /// <summary>False when it does not fit, and nothing is taken.</summary>
    public bool TryTake(int readings, long bytes)
    {
        lock (_gate)
        {
            if (_readings + readings > MaxReadings || _bytes + bytes > MaxBytes) return false;
            _readings += readings;
            _bytes += bytes;
            return true;
        }
    }

    public void Return(int readings, long bytes)
    {
        lock (_gate)
        {
            _readings -= readings;
            _bytes -= bytes;
        }
    }
}
