using DeviceAgent.Credentials.Text;
using DeviceAgent.Credentials.Timing;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Credentials.Caching;

/// <summary>Where credentials come from, until it is disposed: that cancels a fetch that is running.</summary>
internal sealed class FetchSource : IDisposable
{
    private readonly Func<CancellationToken, Task<FetchResult>> _fetch;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopped;

    public FetchSource(Func<CancellationToken, Task<FetchResult>> fetch, ILogger logger)
    {
        (_fetch, _logger) = (fetch, logger);
        _stopped = _stop.Token;
    }

    /// <summary>Fetches once.</summary>
    /// <param name="predecessor">The cancelled fetch of an earlier source: this one begins when that has ended, so that never two run.</param>
    /// <param name="delay">What the first request of all waits for; disposed by this.</param>
    /// <exception cref="OperationCanceledException">The source was stopped.</exception>
    public async Task<FetchResult> FetchAsync(Task predecessor, StartDelay? delay)
    {
        try
        {
            await predecessor.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (delay is not null) await WaitAsync(delay).ConfigureAwait(false);
            return await _fetch(_stopped).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopped.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            // A source that breaks its word must not end the renewal: whatever it was is logged once and tried again.
            Log.SourceFailed(_logger, e);
            return new FetchResult.Failure(CacheFailures.Unexpected(e));
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task WaitAsync(StartDelay delay)
    {
        using (delay)
        {
            Log.StartDelayed(_logger, DurationText.Of(delay.End.After), delay.Until, delay.Reason);
            await delay.Over.WaitAsync(_stopped).ConfigureAwait(false);
        }
    }
}

/// <summary>What the first request waits for.</summary>
internal sealed class StartDelay : IDisposable
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _timer;

    public StartDelay(TimeSpan delay, string reason, TimeProvider time)
    {
        (End, Until, Reason) = (Deadline.In(delay, time), time.GetUtcNow() + delay, reason);
        _timer = time.CreateTimer(_ => Skip(), null, delay, Timeout.InfiniteTimeSpan);
    }

    public Deadline End { get; }

    /// <summary>By the wall clock of the beginning.</summary>
    public DateTimeOffset Until { get; }

    public string Reason { get; }

    public Task Over => _over.Task;

    public void Skip() => _over.TrySetResult();

    public void Dispose() => _timer.Dispose();
}
