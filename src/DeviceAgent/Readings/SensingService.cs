using DeviceAgent.Diagnostics;
using DeviceAgent.Readings.Reduction;
using DeviceAgent.Spool;
using DeviceAgent.Timing;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Readings;

/// <summary>
/// Takes samples from the source, makes readings of them and puts them into the spool, for as long as the agent runs. The loop is the source's, too: it says
/// when it waits.
/// </summary>
internal sealed class SensingService(
    ISource source,
    SourceOptions options,
    string serialNumber,
    Ingest ingest,
    EdgeReduction reduction,
    ISpool spool,
    SourcesLeft left,
    AgentMetrics metrics,
    LoopPulse pulse,
    TimeProvider time,
    ILogger<SensingService> logger) : WatchedLoop(pulse)
{
    /// <summary>Readings in flight to the medium at a time: a fast source waits for the commits.</summary>
    private const int MaxUncommitted = 512;

    /// <summary>So many refusals are told one by one; from then on one a minute, and the lines in the end.</summary>
    private const int ToldOneByOne = 100;

    private static readonly TimeSpan ReportPeriod = TimeSpan.FromMinutes(1);

    private readonly ReportInterval _refused = new(ReportPeriod, time);
    private readonly ReportInterval _notStored = new(ReportPeriod, time);
    private readonly Queue<(Task Stored, Sample? Sample)> _uncommitted = new();
    private readonly SkippedLines _skipped = new();

    /// <summary>The source has ended, and not all that it gave was stored.</summary>
    public bool HasSkipped { get; private set; }

    protected override async Task RunAsync(CancellationToken stopping)
    {
        Announce();
        Pulse.Works();
        long readings = 0;
        try
        {
            await foreach (var sample in source.ReadAsync(stopping).ConfigureAwait(false))
            {
                if (await TakeAsync(sample, stopping).ConfigureAwait(false)) readings++;
            }

            if (!stopping.IsCancellationRequested && left.EndReading()) await StoreAsync(reduction.TakeAll(), null, stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped: what was read is committed below.
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            logger.SourceFailed(options.Named(e.Message));
            throw;
        }
        finally
        {
            using (Pulse.Waits())
            {
                reduction.SaveOpen();
                await CommitAllAsync().ConfigureAwait(false);
                reduction.SaveOpen();
            }
        }

        if (stopping.IsCancellationRequested) return;
        HasSkipped = _skipped.Count > 0;
        if (HasSkipped) logger.LinesSkipped(_skipped.Count, options.Named(_skipped.ToString()));
        if (left.EndCommitting()) logger.SourceEnded(readings);
        else logger.OneSourceEnded(options.Shown, readings);
    }

    private void Announce()
    {
        if (options.Kind != SourceKind.None) logger.SourceStarted(options.Shown, options.SerialNumber ?? serialNumber);
        if (options.Notice is not { } notice) return;
        if (options.Kind == SourceKind.Simulated) logger.ReadingsMadeUp(notice);
        else logger.SourceNoticed(notice);
    }

    /// <summary>True when the sample became a reading.</summary>
    private async Task<bool> TakeAsync(Sample sample, CancellationToken stopping)
    {
        Pulse.Works();
        metrics.Read.Add(1);
        if (options.SerialNumber is { } own && sample.SerialNumber is null) sample = sample with { SerialNumber = own };
        if (ingest.TryAccept(sample, out var problem) is not { } reading)
        {
            if (sample.Line is { } line) problem = $"{(sample.LastLine > line ? $"lines {line} to {sample.LastLine}" : $"line {line}")}{(problem!.StartsWith("column ", StringComparison.Ordinal) ? "," : ":")} {problem}";
            metrics.Refused.Add(1);
            _skipped.Add(sample);
            if (_refused.TryReport(out var count, always: sample.Line is not null && _skipped.Count <= ToldOneByOne)) logger.ReadingRefused(options.Named(problem!), count);
            return false;
        }

        await StoreAsync(reduction.Take(reading), sample, stopping).ConfigureAwait(false);
        return true;
    }

    /// <param name="readings">What becomes of a reading: itself, windows that end, nothing.</param>
    /// <param name="sample">Counts as skipped when one of them cannot be stored; null: the source has ended.</param>
    /// <param name="stopping">Ends the waiting.</param>
    private async Task StoreAsync(IReadOnlyList<AcceptedReading> readings, Sample? sample, CancellationToken stopping)
    {
        foreach (var reading in readings) _uncommitted.Enqueue((reduction.AppendAsync(reading), sample));
        while (_uncommitted.Count > 0 && (_uncommitted.Count >= MaxUncommitted || _uncommitted.Peek().Stored.IsCompleted))
        {
            var (stored, given) = _uncommitted.Peek();
            if (!stored.IsCompletedSuccessfully) using (Pulse.Waits()) await ObserveAsync(stored.WaitAsync(stopping), given).ConfigureAwait(false);
            _ = _uncommitted.Dequeue();
        }
    }

    private async Task CommitAllAsync()
    {
        await ObserveAsync(spool.FlushAsync(CancellationToken.None), null).ConfigureAwait(false);
        while (_uncommitted.TryDequeue(out var append)) await ObserveAsync(append.Stored, append.Sample).ConfigureAwait(false);
    }

    private async Task ObserveAsync(Task stored, Sample? sample)
    {
        try
        {
            await stored.ConfigureAwait(false);
        }
        catch (SpoolException e)
        {
            metrics.Refused.Add(1);
            if (sample is not null) _skipped.Add(sample);
            if (_notStored.TryReport(out var count)) logger.ReadingNotStored(e.Message, count);
        }
    }
}

/// <summary>Lets the first report of something through and then one a period, and counts those held back.</summary>
internal sealed class ReportInterval(TimeSpan period, TimeProvider time)
{
    private long? _last;
    private int _heldBack;

    /// <summary>True when it is time to report, or <paramref name="always"/>; <paramref name="count"/> includes those held back since the last report.</summary>
    public bool TryReport(out int count, bool always = false)
    {
        _heldBack++;
        count = _heldBack;
        if (!always && _last is { } last && time.GetElapsedTime(last) < period) return false;
        _last = time.GetTimestamp();
        _heldBack = 0;
        return true;
    }
}
