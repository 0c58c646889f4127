using DeviceAgent.Mqtt.Connections;
using DeviceAgent.Mqtt.Packets;
using DeviceAgent.Mqtt.Sessions;
using DeviceAgent.Mqtt.Transport;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Mqtt;

/// <summary>
/// A client that connects when it is told to: see <see cref="ReconnectingMqttClient"/> for one that stays connected. With a
/// persistent session, unacknowledged messages of QoS 1 survive a loss and are sent again in the next connection.
/// </summary>
public sealed class MqttClient : IMqttClient
{
    private readonly MqttClientOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly Handshake _handshake;
    private readonly MessageDispatcher _dispatcher;
    private readonly MqttSession _session = new();
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
        _handshake = new Handshake(options, open, timeProvider);
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

    /// <summary>Completes with the end of the present connection, when its session is in order for the next.</summary>
    internal Task<MqttDisconnected> Ended => _ended;

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
        var connection = Current();
        connection.Server.Check(message);
        var packet = PublishMapping.ToPacket(message);
        if (message.QualityOfService == MqttQualityOfService.AtMostOnce)
        {
            await connection.SendAsync(packet, cancellationToken).ConfigureAwait(false);
            return new MqttPublishResult(MqttReasonCode.Success);
        }

        using var late = new CancellationTokenSource(_options.AckTimeout, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await PublishInWindowAsync(connection, packet, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MqttTimeoutException($"No acknowledgement of a message on {message.Topic} within {_options.AckTimeout.TotalSeconds:F0} s; it may have arrived.");
        }
    }

    /// <inheritdoc/>
    public async Task<MqttSubscribeResult> SubscribeAsync(IReadOnlyList<MqttTopicFilter> filters, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filters);
        OutgoingChecks.Check(filters, _options.ProtocolVersion, _options.Limits);
        var connection = Current();
        foreach (var filter in filters) connection.Server.Check(filter);
        OutgoingChecks.AtMost("Subscriptions", _session.CountWith(filters.Select(f => f.Filter)), _options.Limits.Subscriptions);
        var ack = (SubAckPacket)await AskAsync(
            connection, id => new SubscribePacket { PacketId = id, Filters = filters }, typeof(SubAckPacket), cancellationToken).ConfigureAwait(false);
        var items = Verdicts(connection, [.. filters.Select(f => f.Filter)], ack.ReasonCodes);
        foreach (var item in items)
        {
            if (item.IsSuccess) _session.Subscribed(item.Filter);
            else Log.SubscriptionRefused(_logger, item.Filter, item.ReasonCode);
        }

        return new MqttSubscribeResult(items, ack.Properties?.ReasonString);
    }

    /// <inheritdoc/>
    public async Task<MqttSubscribeResult> UnsubscribeAsync(IReadOnlyList<string> filters, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filters);
        OutgoingChecks.Check(filters, _options.ProtocolVersion, _options.Limits);
        var connection = Current();
        var ack = (UnsubAckPacket)await AskAsync(
            connection, id => new UnsubscribePacket { PacketId = id, Filters = filters }, typeof(UnsubAckPacket), cancellationToken).ConfigureAwait(false);
        var codes = _options.ProtocolVersion == MqttProtocolVersion.V5 ? ack.ReasonCodes : [.. filters.Select(_ => MqttReasonCode.Success)];
        var items = Verdicts(connection, filters, codes);
        foreach (var item in items.Where(i => i.IsSuccess)) _session.Unsubscribed(item.Filter);
        return new MqttSubscribeResult(items, ack.Properties?.ReasonString);
    }

    /// <summary>Disconnects; whoever still waits for an acknowledgement fails.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed.IsCancellationRequested) return;
        await _disposing.CancelAsync().ConfigureAwait(false);
        await DisconnectAsync().ConfigureAwait(false);
        _session.InFlight.Fail(new MqttNotConnectedException("The client is disposed; whether the message arrived is unknown."));
        _disposing.Dispose();
    }

    private async Task<MqttConnectResult> OpenAsync(CancellationToken cancellationToken)
    {
        var (channel, ack) = await _handshake.RunAsync(_clientId, cancellationToken).ConfigureAwait(false);
        var result = ConnectRequest.ResultOf(ack, _options, _clientId);
        _clientId = result.ClientId;
        if (!ack.SessionPresent) _session.Lose();
        var server = new ServerLimits(ack.Properties ?? new MqttProperties());
        var connection = new MqttConnection(
            channel, result, server, _session, _options, _connection?.Handled ?? Task.CompletedTask,
            publish => _dispatcher.HandleAsync(publish, _disposed), _timeProvider, _logger);
        Log.Connected(_logger, _options.Host, _options.Port, result.ClientId, result.SessionPresent, result.KeepAlive.TotalSeconds);
        var unacknowledged = _session.InFlight.Resume(connection.Window);
        _connection = connection;
        _ended = SettleAsync(connection, result);
        _ = RaiseDisconnectedAsync(_ended);
        if (unacknowledged.Count > 0)
        {
            Log.Redelivering(_logger, unacknowledged.Count);
            _ = connection.RedeliverAsync(unacknowledged);
        }

        if (_disposed.IsCancellationRequested) await DisconnectAsync(CancellationToken.None).ConfigureAwait(false);
        return result;
    }

    /// <summary>After the end: what waits for an acknowledgement goes on waiting only if the session can come back.</summary>
    private async Task<MqttDisconnected> SettleAsync(MqttConnection connection, MqttConnectResult result)
    {
        var end = await connection.Closed.ConfigureAwait(false);
        var sessionEnds = _options.CleanStart || result.SessionExpiry == TimeSpan.Zero;
        if (sessionEnds) _session.Lose();
        else if (end.Reason == MqttDisconnectReason.ClientRequested)
            _session.InFlight.Fail(new MqttNotConnectedException("The client disconnected before the message was acknowledged."));
        Log.Disconnected(_logger, end.Reason, end.Message);
        return end;
    }

    private async Task RaiseDisconnectedAsync(Task<MqttDisconnected> ended) =>
        await AsyncEvents.RaiseAsync(DisconnectedAsync, await ended.ConfigureAwait(false), _logger, nameof(DisconnectedAsync)).ConfigureAwait(false);

    private async Task<MqttPublishResult> PublishInWindowAsync(MqttConnection connection, PublishPacket packet, CancellationToken cancellationToken)
    {
        await connection.Window.EnterAsync(cancellationToken).ConfigureAwait(false);
        var publish = _session.InFlight.Add(packet, connection.Window);
        try
        {
            try
            {
                await connection.SendAsync(publish.Packet, cancellationToken).ConfigureAwait(false);
            }
            catch (MqttNotConnectedException)
            {
                // It may be out, and it is in the session: the next connection sends it again, or its end fails it.
            }

            var ack = await publish.Acknowledged.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new MqttPublishResult(ack.ReasonCode, ack.Properties?.ReasonString);
        }
        finally
        {
            _session.InFlight.Remove(publish);
        }
    }

    private async Task<MqttPacket> AskAsync(
        MqttConnection connection, Func<ushort, MqttPacket> question, Type answer, CancellationToken cancellationToken)
    {
        var (id, reply) = connection.Replies.Add();
        try
        {
            await connection.SendAsync(question(id), cancellationToken).ConfigureAwait(false);
            var packet = await reply.WaitAsync(_options.AckTimeout, _timeProvider, cancellationToken).ConfigureAwait(false);
            return answer.IsInstanceOfType(packet) ? packet : throw Broken(connection, $"The server answered with {packet.Type}.");
        }
        catch (TimeoutException)
        {
            throw new MqttTimeoutException($"No answer to a subscription within {_options.AckTimeout.TotalSeconds:F0} s.");
        }
        finally
        {
            connection.Replies.Remove(id);
        }
    }

    private static MqttSubscribeResultItem[] Verdicts(MqttConnection connection, IReadOnlyList<string> filters, IReadOnlyList<MqttReasonCode> codes) =>
        codes.Count == filters.Count
            ? [.. filters.Zip(codes, (filter, code) => new MqttSubscribeResultItem(filter, code))]
            : throw Broken(connection, $"The server gave {codes.Count} verdicts on {filters.Count} filters.");

    private static MqttProtocolException Broken(MqttConnection connection, string message)
    {
        var e = MqttProtocolException.Error(message);
        connection.End(new MqttDisconnected(MqttDisconnectReason.ProtocolError, message) { ReasonCode = e.ReasonCode, Exception = e });
        return e;
    }

    private MqttConnection Current() =>
        _connection is { IsOpen: true } connection ? connection : throw new MqttNotConnectedException("The client is not connected.");
}
