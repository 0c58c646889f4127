using DeviceAgent.Mqtt.Connections;
using DeviceAgent.Mqtt.Transport;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Mqtt;

/// <summary>
/// A client that connects when it is told to: see <see cref="ReconnectingMqttClient"/> for one that stays connected. Each
/// connection is an MQTTnet client of its own.
/// </summary>
public sealed class MqttClient : IMqttClient
{
    private readonly MqttClientOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly Handshake _handshake;
    private readonly MessageDispatcher _dispatcher;
    private readonly CancellationTokenSource _disposing = new();
    private readonly CancellationToken _disposed;
    private string _clientId;
    private int _connecting;
    private volatile MqttConnection? _connection;
    private volatile Task<MqttDisconnected> _ended;

    /// <summary>Checks the options; connects nowhere.</summary>
    /// <param name="options">How to connect.</param>
    /// <param name="timeProvider">Measures all times.</param>
    /// <param name="logger">Where it tells what happens; never a payload.</param>
    /// <exception cref="ArgumentException">An option cannot be used; all problems are listed.</exception>
    public MqttClient(MqttClientOptions options, TimeProvider timeProvider, ILogger<MqttClient> logger)
        : this(options, timeProvider, logger, token => MqttTransport.OpenAsync(options, timeProvider, token))
    {
    }

    internal MqttClient(MqttClientOptions options, TimeProvider timeProvider, ILogger logger, Func<CancellationToken, Task<Stream>> open)
    {
        MqttClientOptionsValidator.ThrowIfInvalid(options);
        _options = options;
        _timeProvider = timeProvider;
        _logger = logger;
        _handshake = new Handshake(options, open, timeProvider, logger);
        _dispatcher = new MessageDispatcher(logger);
        _clientId = options.ClientId;
        _disposed = _disposing.Token;
        _ended = Task.FromResult(new MqttDisconnected(MqttDisconnectReason.ClientRequested, "Not connected yet."));
    }

    /// <inheritdoc/>
    public event Func<MqttConnected, Task>? ConnectedAsync;

    /// <inheritdoc/>
    public event Func<MqttDisconnected, Task>? DisconnectedAsync;

    /// <inheritdoc/>
    public event Func<MqttMessage, CancellationToken, Task>? MessageReceivedAsync
    {
        add => _dispatcher.Handlers += value;
        remove => _dispatcher.Handlers -= value;
    }

    /// <inheritdoc/>
    public bool IsConnected => _connection is { IsOpen: true };

    /// <summary>Completes with the end of the present connection.</summary>
    internal Task<MqttDisconnected> Ended => _ended;

    internal Subscriptions Subscriptions { get; } = new();

    /// <inheritdoc/>
    public async Task<MqttConnectResult> ConnectAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
        if (IsConnected || Interlocked.Exchange(ref _connecting, 1) == 1) throw new InvalidOperationException("The client is connected, or connecting, already.");
        MqttConnectResult result;
        try
        {
            await _ended.WaitAsync(cancellationToken).ConfigureAwait(false);
            result = await OpenAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _connecting, 0);
        }

        await AsyncEvents.RaiseAsync(ConnectedAsync, new MqttConnected(result, []), _logger, nameof(ConnectedAsync)).ConfigureAwait(false);
        return result;
    }

    /// <inheritdoc/>
    public Task DisconnectAsync(CancellationToken cancellationToken = default)
    {
        _connection?.End(new MqttDisconnected(MqttDisconnectReason.ClientRequested, "The client disconnected."));
        return _ended.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<MqttPublishResult> PublishAsync(MqttMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        OutgoingChecks.Check(message, _options.Limits);
        return await Current().PublishAsync(message, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<MqttSubscribeResult> SubscribeAsync(IReadOnlyList<MqttTopicFilter> filters, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filters);
        OutgoingChecks.Check(filters, _options.ProtocolVersion, _options.Limits);
        var connection = Current();
        Subscriptions.CheckRoomFor(filters.Select(f => f.Filter), _options.Limits);
        var result = await connection.SubscribeAsync(filters, cancellationToken).ConfigureAwait(false);
        foreach (var (filter, item) in filters.Zip(result.Items))
        {
            if (!item.IsSuccess) Log.SubscriptionRefused(_logger, item.Filter, item.ReasonCode);
            // An answer that comes to light in the next connection says nothing about that one.
            else if (connection == _connection) Subscriptions.Granted(filter);
        }

        return result;
    }

    /// <inheritdoc/>
    public async Task<MqttSubscribeResult> UnsubscribeAsync(IReadOnlyList<string> filters, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filters);
        OutgoingChecks.Check(filters, _options.ProtocolVersion, _options.Limits);
        var result = await Current().UnsubscribeAsync(filters, cancellationToken).ConfigureAwait(false);
        foreach (var item in result.Items.Where(i => i.IsSuccess)) Subscriptions.Ended(item.Filter);
        return result;
    }

    /// <inheritdoc/>
    public bool IsSubscribed(string filter) => Subscriptions.Has(filter);

    /// <summary>Disconnects; whoever still waits for an acknowledgement fails.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed.IsCancellationRequested) return;
        await _disposing.CancelAsync().ConfigureAwait(false);
        await DisconnectAsync().ConfigureAwait(false);
        _disposing.Dispose();
    }

    private async Task<MqttConnectResult> OpenAsync(CancellationToken cancellationToken)
    {
        var (client, adapter) = await _handshake.RunAsync(_clientId, cancellationToken).ConfigureAwait(false);
        var result = ConnectMapping.ResultOf(adapter.ConnAck!, adapter.ServerKeepAlive, _options, _clientId);
        _clientId = result.ClientId;
        if (!result.SessionPresent) Subscriptions.Lost();
        var connection = new MqttConnection(
            client, adapter, result.KeepAlive, _options, _connection?.Handled ?? Task.CompletedTask,
            publish => _dispatcher.HandleAsync(publish, _disposed), _timeProvider, _logger);
        Log.Connected(_logger, _options.Host, _options.Port, result.ClientId, result.SessionPresent ? "its earlier session" : "a new session", result.KeepAlive);
        _connection = connection;
        _ended = SettleAsync(connection);
        _ = RaiseDisconnectedAsync(_ended);
        if (_disposed.IsCancellationRequested) await DisconnectAsync(CancellationToken.None).ConfigureAwait(false);
        return result;
    }

    private async Task<MqttDisconnected> SettleAsync(MqttConnection connection)
    {
        var end = await connection.Closed.ConfigureAwait(false);
        Log.Disconnected(_logger, end.Reason, end.Message);
        return end;
    }

    private async Task RaiseDisconnectedAsync(Task<MqttDisconnected> ended) =>
        await AsyncEvents.RaiseAsync(DisconnectedAsync, await ended.ConfigureAwait(false), _logger, nameof(DisconnectedAsync)).ConfigureAwait(false);

    private MqttConnection Current() =>
        _connection is { IsOpen: true } connection ? connection : throw new MqttNotConnectedException("The client is not connected.");
}
