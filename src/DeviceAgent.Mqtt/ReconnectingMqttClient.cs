using DeviceAgent.Mqtt.Connections;
using DeviceAgent.Mqtt.Transport;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Mqtt;

/// <summary>
/// A client that, once told to connect, stays connected: it tries again with growing, random delays, and makes the subscriptions
/// again that the server forgot. While there is no connection, sending fails at once; nothing is queued.
/// </summary>
public sealed class ReconnectingMqttClient : IMqttClient
{
    private readonly MqttClient _client;
    private readonly MqttReconnectOptions _reconnect;
    private readonly int _filtersPerSubscribe;
    private readonly TimeProvider _timeProvider;
    private readonly Random _random;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private CancellationTokenSource? _stop;
    private Task _loop = Task.CompletedTask;
    private long? _lastConnect;
    private string? _told;

    /// <summary>Checks the options; connects nowhere.</summary>
    /// <param name="options">How to connect.</param>
    /// <param name="reconnect">How to try again.</param>
    /// <param name="timeProvider">Measures all times.</param>
    /// <param name="random">Makes the delays; used by one thread at a time.</param>
    /// <param name="logger">Where it tells what happens; never a payload.</param>
    /// <exception cref="ArgumentException">An option cannot be used; all problems are listed.</exception>
    public ReconnectingMqttClient(
        MqttClientOptions options, MqttReconnectOptions reconnect, TimeProvider timeProvider, Random random, ILogger<ReconnectingMqttClient> logger)
        : this(options, reconnect, timeProvider, random, logger, token => MqttTransport.OpenAsync(options, timeProvider, token))
    {
    }

    internal ReconnectingMqttClient(
        MqttClientOptions options, MqttReconnectOptions reconnect, TimeProvider timeProvider, Random random, ILogger logger,
        Func<CancellationToken, Task<Stream>> open)
    {
        _client = new MqttClient(options, timeProvider, logger, open);
        _reconnect = reconnect;
        _filtersPerSubscribe = options.Limits.FiltersPerSubscribe;
        _timeProvider = timeProvider;
        _random = random;
        _logger = logger;
    }

    /// <inheritdoc/>
    public event Func<MqttConnected, Task>? ConnectedAsync;

    /// <inheritdoc/>
    public event Func<MqttDisconnected, Task>? DisconnectedAsync;

    /// <inheritdoc/>
    public event Func<MqttMessage, CancellationToken, Task>? MessageReceivedAsync
    {
        add => _client.MessageReceivedAsync += value;
        remove => _client.MessageReceivedAsync -= value;
    }

    /// <inheritdoc/>
    public bool IsConnected => _client.IsConnected;

    /// <summary>
    /// Starts to connect and keeps at it, whatever fails, until <see cref="DisconnectAsync"/>. Completes with the first
    /// connection; failures until then are told by <see cref="DisconnectedAsync"/>. Cancelling stops the attempts.
    /// </summary>
    /// <exception cref="InvalidOperationException">It was told to connect already.</exception>
    public async Task<MqttConnectResult> ConnectAsync(CancellationToken cancellationToken = default)
    {
        var first = new TaskCompletionSource<MqttConnectResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_stop is not null) throw new InvalidOperationException("The client was told to connect already.");
            _stop = new CancellationTokenSource();
            _loop = RunAsync(_loop, first, _stop.Token);
        }

        try
        {
            return await first.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await DisconnectAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stops: says goodbye if connected, and tries no more. It can be told to connect again.</summary>
    public async Task DisconnectAsync(CancellationToken cancellationToken = default)
    {
        CancellationTokenSource? stop;
        lock (_gate) (stop, _stop) = (_stop, null);
        if (stop is not null)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            stop.Dispose();
        }

        await _client.DisconnectAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<MqttPublishResult> PublishAsync(MqttMessage message, CancellationToken cancellationToken = default) =>
        _client.PublishAsync(message, cancellationToken);

    /// <inheritdoc/>
    public Task<MqttSubscribeResult> SubscribeAsync(IReadOnlyList<MqttTopicFilter> filters, CancellationToken cancellationToken = default) =>
        _client.SubscribeAsync(filters, cancellationToken);

    /// <inheritdoc/>
    public bool IsSubscribed(string filter) => _client.IsSubscribed(filter);

    /// <inheritdoc/>
    public async Task<MqttSubscribeResult> UnsubscribeAsync(IReadOnlyList<string> filters, CancellationToken cancellationToken = default)
    {
        // Whatever the server says to it, it is not wanted any more.
        foreach (var filter in filters) _client.Subscriptions.Ended(filter);
        return await _client.UnsubscribeAsync(filters, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops for good.</summary>
    public async ValueTask DisposeAsync()
    {
        await DisconnectAsync().ConfigureAwait(false);
        await _client.DisposeAsync().ConfigureAwait(false);
    }

    private async Task RunAsync(Task before, TaskCompletionSource<MqttConnectResult> first, CancellationToken stop)
    {
        // Never two at a time, however quickly it is told to stop and to start.
        await before.ConfigureAwait(false);
        await Task.Yield();
        var failures = 0;
        try
        {
            while (true)
            {
                await Task.Delay(UntilNextConnect(), _timeProvider, stop).ConfigureAwait(false);
                var since = _timeProvider.GetTimestamp();
                var end = await ConnectOnceAsync(first, stop).ConfigureAwait(false);
                if (end.Reason == MqttDisconnectReason.ClientRequested) return;
                // A connection that does not last is a failure like one that is not made.
                if (end.Reason != MqttDisconnectReason.ConnectFailed && _timeProvider.GetElapsedTime(since) >= _reconnect.StableAfter) failures = 0;
                failures++;
                var delay = Larger(_reconnect.DelayAfter(failures, end.Reason, _random.NextDouble()), UntilNextConnect());
                Tell(end, failures, delay);
                // Before the handlers: the wait goes on while they run.
                var wait = Task.Delay(delay, _timeProvider, stop);
                await AsyncEvents.RaiseAsync(DisconnectedAsync, end with { RetryIn = delay }, _logger, nameof(DisconnectedAsync)).ConfigureAwait(false);
                await wait.ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop.
        }
        finally
        {
            first.TrySetCanceled(CancellationToken.None);
        }
    }

    /// <summary>One connection, from the attempt to the end.</summary>
    private async Task<MqttDisconnected> ConnectOnceAsync(TaskCompletionSource<MqttConnectResult> first, CancellationToken stop)
    {
        try
        {
            var result = await AttemptAsync(stop).ConfigureAwait(false);
            var ended = _client.Ended;
            if (await RestoreAsync(stop).ConfigureAwait(false) is { } refused)
            {
                first.TrySetResult(result);
                await AsyncEvents.RaiseAsync(ConnectedAsync, new MqttConnected(result, refused), _logger, nameof(ConnectedAsync)).ConfigureAwait(false);
            }
            else
            {
                await _client.DisconnectAsync(stop).ConfigureAwait(false);
                return new MqttDisconnected(
                    MqttDisconnectReason.ConnectionLost,
                    $"The connection ended before the subscriptions were made again ({string.Join(", ", _client.Subscriptions.Missing().Select(f => f.Filter))}): when that repeats, the policy may no longer allow one of them.");
            }

            var end = await ended.ConfigureAwait(false);
            if (end.Reason == MqttDisconnectReason.ClientRequested)
                await AsyncEvents.RaiseAsync(DisconnectedAsync, end, _logger, nameof(DisconnectedAsync)).ConfigureAwait(false);
            return end;
        }
        catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            return new MqttDisconnected(MqttDisconnectReason.ConnectFailed, e.Message) { Exception = e, ReasonCode = (e as MqttConnectException)?.ReasonCode };
        }
    }

    private async Task<MqttConnectResult> AttemptAsync(CancellationToken stop)
    {
        try
        {
            return await _client.ConnectAsync(stop).ConfigureAwait(false);
        }
        finally
        {
            // The CONNECT went out somewhere before: after a slow handshake, only the end of the attempt is sure to be later.
            _lastConnect = _timeProvider.GetTimestamp();
        }
    }

    /// <summary>Makes the missing subscriptions again; returns the refused ones, null when the connection did not get that far.</summary>
    private async Task<IReadOnlyList<MqttSubscribeResultItem>?> RestoreAsync(CancellationToken stop)
    {
        var missing = _client.Subscriptions.Missing();
        if (missing.Count == 0) return [];
        Log.Resubscribing(_logger, missing.Count);
        var refused = new List<MqttSubscribeResultItem>();
        try
        {
            foreach (var filters in missing.Chunk(_filtersPerSubscribe))
                refused.AddRange((await SubscribeAsync(filters, stop).ConfigureAwait(false)).Items.Where(i => !i.IsSuccess));
            return refused;
        }
        catch (Exception e) when (e is MqttNotConnectedException or MqttTimeoutException or MqttProtocolException)
        {
            return null;
        }
    }

    private TimeSpan UntilNextConnect() => _lastConnect is { } last
        ? Larger(_reconnect.ConnectSpacing - _timeProvider.GetElapsedTime(last), TimeSpan.Zero)
        : TimeSpan.Zero;

    private static TimeSpan Larger(TimeSpan a, TimeSpan b) => a > b ? a : b;

    /// <summary>What goes wrong again and again in the same way is a warning once.</summary>
    private void Tell(MqttDisconnected end, int failures, TimeSpan delay)
    {
        var isOldNews = end.Message == _told;
        _told = end.Reason == MqttDisconnectReason.ConnectFailed ? end.Message : null;
        if (end.Reason != MqttDisconnectReason.ConnectFailed) Log.Reconnecting(_logger, end.Reason, end.Message, delay);
        else if (end.Exception is not MqttException) Log.Unexpected(_logger, end.Exception!, delay);
        else if (!isOldNews) Log.ConnectFailed(_logger, end.Message, delay);
        else Log.ConnectFailedAgain(_logger, failures, end.Message, delay);
    }
}
