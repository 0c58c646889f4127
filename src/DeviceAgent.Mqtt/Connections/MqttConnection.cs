using DeviceAgent.Mqtt.Codec;
using DeviceAgent.Mqtt.Packets;
using DeviceAgent.Mqtt.Sessions;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Mqtt.Connections;

/// <summary>One accepted connection, from CONNACK to its end. It ends once, for the first reason.</summary>
internal sealed class MqttConnection : IDisposable
{
    private static readonly TimeSpan GoodbyeTimeout = TimeSpan.FromSeconds(2);

    private readonly MqttChannel _channel;
    private readonly Func<PublishPacket, Task<bool>> _handle;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly InFlight _inFlight;
    private readonly KeepAlive _keepAlive;
    private readonly IncomingMessages _incoming;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly TaskCompletionSource<MqttDisconnected> _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken _end;
    private long _dropped;

    /// <param name="channel">Behind the CONNACK; disposed at the end.</param>
    /// <param name="granted">What the CONNACK said.</param>
    /// <param name="server">What the server takes.</param>
    /// <param name="session">What outlives the connection.</param>
    /// <param name="options">The client's options.</param>
    /// <param name="before">The handling of the former connection: one message at a time, across connections.</param>
    /// <param name="handle">Handles a message; true to acknowledge it.</param>
    /// <param name="timeProvider">Measures the keep-alive.</param>
    /// <param name="logger">For what is odd but no fault.</param>
    public MqttConnection(
        MqttChannel channel, MqttConnectResult granted, ServerLimits server, MqttSession session, MqttClientOptions options, Task before,
        Func<PublishPacket, Task<bool>> handle, TimeProvider timeProvider, ILogger logger)
    {
        _end = _lifetime.Token;
        _channel = channel;
        _inFlight = session.InFlight;
        _handle = handle;
        _timeProvider = timeProvider;
        _logger = logger;
        _keepAlive = new KeepAlive(granted.KeepAlive, timeProvider);
        _incoming = new IncomingMessages(options.ReceiveMaximum, options.ProtocolVersion);
        Server = server;
        Replies = new PendingReplies(session.PacketIds);
        Window = new SendWindow(Math.Min(options.MaximumInFlight, server.Granted.ReceiveMaximum ?? ushort.MaxValue));
        Handled = HandleAsync(before);
        Closed = RunAsync();
    }

    public ServerLimits Server { get; }

    public SendWindow Window { get; }

    public PendingReplies Replies { get; }

    /// <summary>Why it ended. Never faults.</summary>
    public Task<MqttDisconnected> Closed { get; }

    /// <summary>Completes after the end, when no handler runs any more. Never faults.</summary>
    public Task Handled { get; }

    public bool IsOpen => !_ending.Task.IsCompleted;

    /// <summary>Sends; cancelling ends only the wait, because half a packet cannot be taken back.</summary>
    /// <exception cref="MqttNotConnectedException">The connection is gone.</exception>
    /// <exception cref="MqttLimitException">The packet is larger than the server takes.</exception>
    public async Task SendAsync(MqttPacket packet, CancellationToken cancellationToken)
    {
        if (await WriteAsync(packet).WaitAsync(cancellationToken).ConfigureAwait(false) is { } failure) throw failure;
    }

    /// <summary>Ends the connection; only the first reason counts.</summary>
    public void End(MqttDisconnected reason) => _ending.TrySetResult(reason);

    /// <summary>Sends the unacknowledged messages of the session again, as fast as the window allows.</summary>
    public async Task RedeliverAsync(IReadOnlyList<InFlightPublish> publishes)
    {
        try
        {
            foreach (var publish in publishes)
            {
                await Window.EnterAsync(_end).ConfigureAwait(false);
                if (_inFlight.TryPlace(publish, Window)) await SendAsync(publish.Packet with { Duplicate = true }, _end).ConfigureAwait(false);
                else Window.Leave();
            }
        }
        catch (Exception e) when (e is MqttNotConnectedException or OperationCanceledException)
        {
            // The connection is gone; the next one goes on.
        }
        catch (MqttLimitException e)
        {
            End(new MqttDisconnected(MqttDisconnectReason.ProtocolError, "The server takes smaller packets than before.") { Exception = e });
        }
    }

    /// <summary>Called by the connection itself, after its end.</summary>
    public void Dispose() => _lifetime.Dispose();

    private async Task<MqttDisconnected> RunAsync()
    {
        // What runs here until its first wait must not run on the caller: the constructor.
        await Task.Yield();
        var reading = ReadAsync();
        var watching = WatchAsync();
        var reason = await _ending.Task.ConfigureAwait(false);

        var gone = new MqttNotConnectedException($"The connection ended: {reason.Message}", reason.Exception);
        Window.Close(gone);
        Replies.Close(gone);
        await SayGoodbyeAsync(reason).ConfigureAwait(false);
        await _lifetime.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(reading, watching).ConfigureAwait(false);
        await _channel.DisposeAsync().ConfigureAwait(false);
        // The handler of a message may go on for long: it is not waited for, and sees the end at its acknowledgement.
        _ = Handled.ContinueWith(_ => Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return reason;
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _channel.ReadAsync(_end).ConfigureAwait(false) is { } packet)
            {
                _keepAlive.Received();
                Receive(packet);
                if (!IsOpen) return;
            }

            End(Lost("The server closed the connection.", null));
        }
        catch (MqttProtocolException e)
        {
            End(new MqttDisconnected(MqttDisconnectReason.ProtocolError, e.Message) { ReasonCode = e.ReasonCode, Exception = e });
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            End(Lost($"The connection broke: {e.Message}", e));
        }
    }

    private void Receive(MqttPacket packet)
    {
        switch (packet)
        {
            case PublishPacket publish: Receive(publish); break;
            case PubAckPacket ack: Answered(ack.PacketId, _inFlight.Acknowledge(ack)); break;
            case SubAckPacket ack: Answered(ack.PacketId, Replies.Complete(ack.PacketId, ack)); break;
            case UnsubAckPacket ack: Answered(ack.PacketId, Replies.Complete(ack.PacketId, ack)); break;
            case PingRespPacket: _keepAlive.Answered(); break;
            case DisconnectPacket end when _channel.Version == MqttProtocolVersion.V5: End(ServerSaid(end)); break;
            default: throw MqttProtocolException.Error($"The server sent {packet.Type}.");
        }
    }

    private void Receive(PublishPacket publish)
    {
        if (publish.QualityOfService == MqttQualityOfService.ExactlyOnce)
            throw new MqttProtocolException(MqttReasonCode.QosNotSupported, "The server sent a message of QoS 2.");
        if (publish.Properties?.TopicAlias is not null)
            throw new MqttProtocolException(MqttReasonCode.TopicAliasInvalid, "The server sent a topic alias, though none was offered.");
        if (_incoming.TryAdd(publish)) return;
        // Told at 1, 2, 4, 8...: often enough to see, not once a message.
        if (long.IsPow2(++_dropped)) Log.Dropped(_logger, _dropped);
    }

    private void Answered(ushort packetId, bool known)
    {
        if (!known) Log.UnknownAcknowledgement(_logger, packetId);
    }

    private async Task WatchAsync()
    {
        try
        {
            await _keepAlive.RunAsync(() => WriteAsync(new PingReqPacket()), _end).ConfigureAwait(false);
            End(new MqttDisconnected(MqttDisconnectReason.KeepAliveTimeout, "The server does not answer.") { ReasonCode = MqttReasonCode.KeepAliveTimeout });
        }
        catch (OperationCanceledException)
        {
            // The connection has ended.
        }
    }

    private async Task HandleAsync(Task before)
    {
        try
        {
            await before.WaitAsync(_end).ConfigureAwait(false);
            while (true)
            {
                var publish = await _incoming.NextAsync(_end).ConfigureAwait(false);
                var acknowledge = await _handle(publish).ConfigureAwait(false);
                if (publish.QualityOfService == MqttQualityOfService.AtMostOnce)
                {
                    _incoming.Handled();
                }
                else if (acknowledge)
                {
                    // Counted before it is sent: the server may answer with the next message at once.
                    _incoming.Acknowledging();
                    await WriteAsync(new PubAckPacket { PacketId = publish.PacketId }).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The connection has ended; what waits comes again in the next one.
            await before.ConfigureAwait(false);
        }
    }

    /// <summary>Null, or why it could not be sent. Never faults but for a packet that cannot be written.</summary>
    private async Task<MqttException?> WriteAsync(MqttPacket packet)
    {
        if (_ending.Task.IsCompleted) return new MqttNotConnectedException("The connection has ended.");
        try
        {
            _keepAlive.Sent();
            await _channel.WriteAsync(packet, _end, Server.MaximumPacketSize).ConfigureAwait(false);
            return null;
        }
        catch (MqttLimitException e)
        {
            return e;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            End(Lost($"The connection broke: {e.Message}", e));
            return new MqttNotConnectedException("The connection ended while a packet was sent.", e);
        }
    }

    /// <summary>A DISCONNECT, where there is one to say and somebody to hear it.</summary>
    private async Task SayGoodbyeAsync(MqttDisconnected reason)
    {
        var code = reason.Reason switch
        {
            MqttDisconnectReason.ClientRequested => MqttReasonCode.Success,
            MqttDisconnectReason.ProtocolError or MqttDisconnectReason.KeepAliveTimeout => reason.ReasonCode ?? MqttReasonCode.ProtocolError,
            _ => (MqttReasonCode?)null,
        };
        if (code is null || (code != MqttReasonCode.Success && _channel.Version != MqttProtocolVersion.V5)) return;
        using var patience = new CancellationTokenSource(GoodbyeTimeout, _timeProvider);
        try
        {
            await _channel.WriteAsync(new DisconnectPacket { ReasonCode = code.Value }, patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // It is gone already.
        }
    }

    private static MqttDisconnected Lost(string message, Exception? cause) => new(MqttDisconnectReason.ConnectionLost, message) { Exception = cause };

    private static MqttDisconnected ServerSaid(DisconnectPacket end)
    {
        if (end.ReasonCode == MqttReasonCode.SessionTakenOver)
            return new MqttDisconnected(MqttDisconnectReason.SessionTakenOver, "Another client has connected with the same client id, which one at a time may use: check whether two devices or programs have it.") { ReasonCode = end.ReasonCode };
        var words = end.Properties?.ReasonString is { } said ? $": {said}" : "";
        return new MqttDisconnected(MqttDisconnectReason.ServerDisconnected, $"The server said {end.ReasonCode} (0x{(int)end.ReasonCode:X2}){words}.") { ReasonCode = end.ReasonCode };
    }
}
