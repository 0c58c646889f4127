using DeviceAgent.Credentials.Caching;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Credentials;

/// <summary>
/// Holds temporary credentials and renews them in the background at half of their life, one fetch at a time. Callers never
/// wait while a valid set is held, and a failed renewal never drops one. Life is counted on the monotonic clock. Thread-safe.
/// </summary>
/// <remarks>Nothing is fetched before the first call; from then on the set is kept fresh until the cache is disposed.</remarks>
public sealed class CredentialCache : IAsyncDisposable
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RenewalState _state;
    private readonly RenewalReporter _reporter;
    private readonly ITimer _timer;
    private FetchSource _source;
    private Task<FetchResult>? _flight;
    private Task _retired = Task.CompletedTask;
    private StartDelay? _startDelay;
    private bool _noSpread;
    private long _fetchCount;
    private bool _disposed;

    /// <summary>A cache over <paramref name="client"/>, which stays the caller's to dispose.</summary>
    public CredentialCache(
        CredentialsProviderClient client, CredentialCacheOptions options, TimeProvider timeProvider, Random random, ILogger logger)
        : this((client ?? throw new ArgumentNullException(nameof(client))).FetchAsync, options, timeProvider, random, logger)
    {
    }

    /// <summary>A cache over any source of credentials.</summary>
    /// <param name="fetch">Asks once; the token is cancelled when the cache is disposed or switches to another source.</param>
    /// <param name="options">The constants.</param>
    /// <param name="timeProvider">The clock that <see cref="TemporaryCredentials.ReceivedAt"/> is read from.</param>
    /// <param name="random">Spreads refreshes and retries; used under a lock.</param>
    /// <param name="logger">Where renewals and failures are logged, never a secret.</param>
    public CredentialCache(
        Func<CancellationToken, Task<FetchResult>> fetch, CredentialCacheOptions options, TimeProvider timeProvider, Random random, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(fetch);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(timeProvider);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(logger);
        _source = new FetchSource(fetch, logger);
        _time = timeProvider;
        _logger = logger;
        _state = new RenewalState(options, timeProvider, random);
        _reporter = new RenewalReporter(logger, timeProvider);
        _timer = timeProvider.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What is held and what comes next.</summary>
    public CredentialCacheStatus Status
    {
        get
        {
            lock (_gate)
            {
                var credentials = _state.Servable;
                var start = _startDelay is { Over.IsCompleted: false } waits ? waits : null;
                return new()
                {
                    HasValidCredentials = credentials is not null,
                    AccessKeyId = credentials?.AccessKeyId,
                    Expiration = credentials?.Expiration,
                    Age = credentials is null ? null : _time.GetElapsedTime(credentials.ReceivedAt),
                    TimeLeft = credentials?.TimeLeft(_time),
                    NextRefresh = _time.GetUtcNow() + (start?.End ?? _state.Due)?.Remaining(_time),
                    StartDelay = start?.End.Remaining(_time),
                    StartDelayReason = start?.Reason,
                    IsFetching = _flight is not null && start is null,
                    LastFailure = _state.Failure,
                    ConsecutiveFailures = _state.Failures,
                    FetchCount = _fetchCount,
                    ClockOffset = _state.ClockOffset,
                };
            }
        }
    }

    /// <summary>
    /// Valid credentials: at once when held, else those of the fetch that is running or started by this call. After a
    /// failure callers fail at once with it until the next attempt is due.
    /// </summary>
    /// <exception cref="CredentialsUnavailableException">None is valid and none could be fetched.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled; the fetch goes on for the others.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    public ValueTask<TemporaryCredentials> GetAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_state.Servable is { } credentials) return new(credentials);
            if (_flight is null && _state.Refusal is { } refusal)
                return ValueTask.FromException<TemporaryCredentials>(new CredentialsUnavailableException(refusal));
            return new(JoinAsync(_flight ?? TryStart()!, cancellationToken));
        }
    }

    /// <summary>
    /// Fetches now, even in the midst of <see cref="CredentialCacheOptions.StartSpread"/>, or joins the fetch that is running. The set
    /// held is kept when it fails. Limited by <see cref="CredentialCacheOptions.RequestBurst"/>: beyond it this is <see cref="GetAsync"/>.
    /// </summary>
    /// <exception cref="CredentialsUnavailableException">The fetch failed.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled; the fetch goes on for the others.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    public async Task<TemporaryCredentials> RefreshAsync(CancellationToken cancellationToken = default)
    {
        Task<FetchResult>? flight;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            flight = _flight ?? TryStart();
            _startDelay?.Skip();
        }

        return flight is null
            ? await GetAsync(cancellationToken).ConfigureAwait(false)
            : await JoinAsync(flight, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Ends <see cref="CredentialCacheOptions.StartSpread"/>, because somebody cannot wait for it: a first request that waits is made now, one that is yet to come
    /// will not wait. Asks for nothing itself, so that it may be called at any time.
    /// </summary>
    public void SkipStartSpread()
    {
        lock (_gate)
        {
            _noSpread = true;
            _startDelay?.Skip();
        }
    }

    /// <summary>
    /// Stops serving the set held, because a service refused it, and fetches anew in the background. Limited like
    /// <see cref="RefreshAsync"/>: beyond the limit nothing is dropped.
    /// </summary>
    /// <param name="accessKeyId">Only when this set is the one held: a late complaint about an older set changes nothing. Null: any.</param>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    public void Invalidate(string? accessKeyId = null)
    {
        TemporaryCredentials? dropped;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_state.Held is null || (accessKeyId is not null && _state.Held.Credentials.AccessKeyId != accessKeyId)) return;
            if (_flight is null && TryStart() is null) return;
            dropped = _state.Drop();
        }

        if (dropped is not null) Log.Invalidated(_logger, dropped.AccessKeyId);
    }

    /// <summary>
    /// What may have made the last attempt fail has been changed: the next one is made now instead of when it is due. Does nothing when the
    /// last attempt succeeded or one is running.
    /// </summary>
    public void TryAgain()
    {
        lock (_gate)
        {
            if (!_disposed && _flight is null && _state.Failure is not null) TryStart();
        }
    }

    /// <summary>
    /// Switches to another source at once, starting with credentials that it has issued already: how a tried and proven
    /// role alias replaces the old one without a gap. A fetch from the old source is cancelled; who waits for it gets the new set.
    /// </summary>
    /// <param name="fetch">The new source.</param>
    /// <param name="credentials">A set that it issued, with life left.</param>
    /// <exception cref="ArgumentException">The set is too old to be served; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    public void SwitchTo(Func<CancellationToken, Task<FetchResult>> fetch, TemporaryCredentials credentials)
    {
        ArgumentNullException.ThrowIfNull(fetch);
        ArgumentNullException.ThrowIfNull(credentials);
        FetchSource old;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_state.TryHold(credentials)) throw new ArgumentException("The credentials are too old to be served.", nameof(credentials));
            old = Replace(fetch);
            Arm();
        }

        old.Dispose();
        Log.Switched(_logger, credentials.AccessKeyId, credentials.Expiration);
    }

    /// <summary>
    /// Switches to another source at once without credentials: what is held is dropped, and the new source is asked in the
    /// background. For a source that must not be served any longer while the next one does not answer.
    /// </summary>
    /// <param name="fetch">The new source.</param>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    public void SwitchTo(Func<CancellationToken, Task<FetchResult>> fetch)
    {
        ArgumentNullException.ThrowIfNull(fetch);
        FetchSource old;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            old = Replace(fetch);
            _state.Drop();
            if (TryStart() is null) _state.Postpone();
            Arm();
        }

        old.Dispose();
        Log.SwitchedEmpty(_logger);
    }

    /// <summary>Ends the background renewal, cancels a fetch that is running and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        Task? flight;
        Task retired;
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            flight = _flight;
            retired = _retired;
        }

        _source.Dispose();
        await _timer.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(retired, flight ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<TemporaryCredentials> JoinAsync(Task<FetchResult> flight, CancellationToken cancellationToken)
    {
        try
        {
            return await flight.WaitAsync(cancellationToken).ConfigureAwait(false) switch
            {
                FetchResult.Success success => success.Credentials,
                FetchResult.Failure failure => throw new CredentialsUnavailableException(failure.Reason),
                var other => throw new InvalidOperationException($"A fetch ended in {other.GetType()}."),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Not the caller but the source was stopped: there is another one, or the cache is disposed.
            return await GetAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Called under the lock; what it returns is to be disposed outside of it.</summary>
    private FetchSource Replace(Func<CancellationToken, Task<FetchResult>> fetch)
    {
        var old = _source;
        _source = new FetchSource(fetch, _logger);
        if (_flight is not null) _retired = Task.WhenAll(_retired, _flight);
        _flight = null;
        _startDelay = null;
        return old;
    }

    /// <summary>Null when there were too many requests. Called under the lock, while no fetch is running.</summary>
    private Task<FetchResult>? TryStart()
    {
        if (!_state.TryBegin()) return null;
        StartDelay? start = null;
        if (_fetchCount++ == 0 && !_noSpread && _state.StartDelay() is var delay && delay > TimeSpan.Zero) _startDelay = start = new StartDelay(delay, _state.StartReason, _time);
        var (source, retired) = (_source, _retired);
        return _flight = Task.Run(async () => Settle(source, await source.FetchAsync(retired, start).ConfigureAwait(false)), CancellationToken.None);
    }

    /// <summary>Takes the outcome over; what is logged is logged outside the lock, so that a slow log delays no caller.</summary>
    private FetchResult Settle(FetchSource source, FetchResult result)
    {
        CredentialFailure? failure;
        int failures;
        TimeSpan next;
        lock (_gate)
        {
            // Stopped while it was on its way: who waits for it asks again and gets the new source's set.
            if (_disposed || !ReferenceEquals(source, _source)) throw new OperationCanceledException("The source was stopped.");
            _flight = null;
            failures = _state.Failures;
            failure = result switch
            {
                FetchResult.Failure failed => failed.Reason,
                FetchResult.Success success when !_state.TryHold(success.Credentials) => CacheFailures.TooOld(success.Credentials),
                _ => null,
            };
            next = failure is null ? _state.Due!.Value.Remaining(_time) : _state.Fail(failure);
            Arm();
        }

        if (failure is null)
        {
            _reporter.Renewed(((FetchResult.Success)result).Credentials, failures, next);
            return result;
        }

        _reporter.Failed(failure, failures + 1, next);
        return new FetchResult.Failure(failure);
    }

    private void OnTimer()
    {
        TemporaryCredentials? lapsed = null;
        lock (_gate)
        {
            if (_disposed) return;
            if (_state.Servable is null) lapsed = _state.Lapse();
            if (_flight is null && _state.Due is { } due && due.Remaining(_time) <= TimeSpan.Zero && TryStart() is null) _state.Postpone();
            Arm();
        }

        if (lapsed is not null) Log.Lapsed(_logger, lapsed.AccessKeyId);
    }

    /// <summary>Called under the lock.</summary>
    private void Arm()
    {
        var next = _state.UntilNextEvent ?? Timeout.InfiniteTimeSpan;
        if (next > LongestTimer) next = LongestTimer;
        else if (next != Timeout.InfiniteTimeSpan && next < TimeSpan.Zero) next = TimeSpan.Zero;
        _timer.Change(next, Timeout.InfiniteTimeSpan);
    }
}
