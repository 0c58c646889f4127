using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using MQTTnet.Adapter;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Implementations;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace DeviceAgent.Mqtt.Connections;

/// <summary>
/// Stands between MQTTnet's client and its packets, over a stream that is open already. MQTTnet sees only what answers its own
/// questions. Messages go to a bounded queue (its own has no bound, and its disconnect waits for the handler), pings are
/// ours (<see cref="Connections.KeepAlive"/>), and how the connection ends is decided here.
/// </summary>
internal sealed class GuardedAdapter : IMqttChannelAdapter, IMqttClientAdapterFactory
{
    private readonly MqttClientOptions _options;
    private readonly ILogger _logger;
    private readonly FrameLimitStream _stream;
    private readonly MqttChannelAdapter _inner;
    private readonly TaskCompletionSource<MqttDisconnected> _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _dropped;

    /// <param name="stream">The connection; disposed with this.</param>
    /// <param name="options">The client's.</param>
    /// <param name="timeProvider">Measures the silence.</param>
    /// <param name="logger">Where it tells what happens.</param>
    public GuardedAdapter(Stream stream, MqttClientOptions options, TimeProvider timeProvider, ILogger logger)
    {
        (_options, _logger) = (options, logger);
        _stream = new FrameLimitStream(stream, options.MaximumPacketSize);
        var formatter = new MqttPacketFormatterAdapter(ConnectMapping.VersionOf(options), new MqttBufferWriter(4096, ushort.MaxValue));
        // AWS IoT closes a connection on which a packet comes in parts.
        _inner = new MqttChannelAdapter(new MqttTcpChannel(_stream, null, null, null), formatter, new NetLog(logger)) { AllowPacketFragmentation = false };
        KeepAlive = new KeepAlive(timeProvider);
        Incoming = new IncomingMessages(options.ReceiveMaximum, options.ProtocolVersion);
    }

    public KeepAlive KeepAlive { get; }

    public IncomingMessages Incoming { get; }

    /// <summary>Null until it has come.</summary>
    public MqttConnAckPacket? ConnAck { get; private set; }

    /// <summary>What the server granted in the place of what was asked for, in seconds; 0 when it said nothing.</summary>
    public int ServerKeepAlive { get; private set; }

    /// <summary>Completes, once accepted, with the first reason for the end.</summary>
    public Task<MqttDisconnected> Ended => _ending.Task;

    /// <summary>What a DISCONNECT says; null when none is to be sent.</summary>
    public MqttReasonCode? Goodbye { get; set; }

    public long BytesReceived => _inner.BytesReceived;

    public long BytesSent => _inner.BytesSent;

    public X509Certificate2 ClientCertificate => _inner.ClientCertificate;

    public EndPoint RemoteEndPoint => _inner.RemoteEndPoint;

    public EndPoint LocalEndPoint => _inner.LocalEndPoint;

    public bool IsSecureConnection => _inner.IsSecureConnection;

    public MqttPacketFormatterAdapter PacketFormatterAdapter => _inner.PacketFormatterAdapter;

    /// <summary>Ends the connection; only the first reason counts.</summary>
    public void End(MqttDisconnected reason) => _ending.TrySetResult(reason);

    public IMqttChannelAdapter CreateClientAdapter(MQTTnet.MqttClientOptions options, MqttPacketInspector packetInspector, IMqttNetLogger logger) => this;

    /// <summary>The stream is open already.</summary>
    public Task ConnectAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<MqttPacket?> ReceivePacketAsync(CancellationToken cancellationToken)
    {
        if (ConnAck is null) return Granted(await _inner.ReceivePacketAsync(cancellationToken).ConfigureAwait(false));
        try
        {
            while (!Ended.IsCompleted)
            {
                var packet = await _inner.ReceivePacketAsync(cancellationToken).ConfigureAwait(false);
                if (cancellationToken.IsCancellationRequested) break;
                if (packet is not null) KeepAlive.Received();
                if (Received(packet)) return packet;
            }
        }
        catch (Exception e)
        {
            End(NetFailure.EndOf(e));
        }

        // Were MQTTnet told of the end, it would close before a DISCONNECT could be sent: it waits until it is told to disconnect.
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        return null;
    }

    public async Task SendPacketAsync(MqttPacket packet, CancellationToken cancellationToken)
    {
        switch (packet)
        {
            // MQTTnet is told of no keep-alive, so that it does not look four times a second whether it is due.
            case MqttConnectPacket connect:
                connect.KeepAlivePeriod = (ushort)_options.KeepAlive.TotalSeconds;
                break;
            case MqttDisconnectPacket when Goodbye is null:
                return;
            case MqttDisconnectPacket disconnect:
                disconnect.ReasonCode = (MqttDisconnectReasonCode)(int)Goodbye;
                break;
        }

        if (await WriteAsync(packet).WaitAsync(cancellationToken).ConfigureAwait(false) is { } failure) throw failure;
    }

    /// <summary>Never faults: a write that fails ends the connection.</summary>
    public Task AcknowledgeAsync(ushort packetId) => WriteAsync(new MqttPubAckPacket { PacketIdentifier = packetId });

    /// <summary>Never faults: a write that fails ends the connection.</summary>
    public Task PingAsync() => WriteAsync(MqttPingReqPacket.Instance);

    public Task DisconnectAsync(CancellationToken cancellationToken) => _inner.DisconnectAsync(cancellationToken);

    public void ResetStatistics() => _inner.ResetStatistics();

    public void Dispose()
    {
        _inner.Dispose();
        _stream.Dispose();
    }

    private MqttPacket? Granted(MqttPacket? packet)
    {
        if (packet is not MqttConnAckPacket ack) return packet;
        ConnAck = ack;
        ServerKeepAlive = ack.ServerKeepAlive;
        // MQTTnet would start its own pings, with the interval of its options: none.
        ack.ServerKeepAlive = 0;
        if (ack.MaximumPacketSize > 0) _stream.LargestWrite = ack.MaximumPacketSize;
        return ack;
    }

    /// <summary>True for what MQTTnet waits for.</summary>
    private bool Received(MqttPacket? packet)
    {
        switch (packet)
        {
            case MqttPubAckPacket or MqttSubAckPacket or MqttUnsubAckPacket: return true;
            case MqttPublishPacket publish: Accept(publish); break;
            case MqttPingRespPacket: KeepAlive.Answered(); break;
            case MqttDisconnectPacket end when _options.ProtocolVersion == MqttProtocolVersion.V5: End(NetFailure.ServerSaid(end)); break;
            case null: End(new MqttDisconnected(MqttDisconnectReason.ConnectionLost, "The server closed the connection.")); break;
            default: throw MqttProtocolException.Error($"The server sent {packet.GetType().Name}.");
        }

        return false;
    }

    private void Accept(MqttPublishPacket publish)
    {
        if (publish.QualityOfServiceLevel > MqttQualityOfServiceLevel.AtLeastOnce)
            throw new MqttProtocolException(MqttReasonCode.QosNotSupported, "The server sent a message of QoS 2.");
        if (publish.TopicAlias > 0)
            throw new MqttProtocolException(MqttReasonCode.TopicAliasInvalid, "The server sent a topic alias, though none was offered.");
        if (!MqttTopicRules.IsTopic(publish.Topic))
            throw new MqttProtocolException(MqttReasonCode.TopicNameInvalid, "The server sent a topic that is empty or has a wildcard.");
        if (publish is { QualityOfServiceLevel: MqttQualityOfServiceLevel.AtLeastOnce, PacketIdentifier: 0 })
            throw MqttProtocolException.Error("The server sent a message of QoS 1 without an id.");
        if (Incoming.TryAdd(publish)) return;
        // Told at 1, 2, 4, 8...: often enough to see, not once a message.
        if (long.IsPow2(++_dropped)) Log.Dropped(_logger, _dropped);
    }

    /// <summary>Null, or why it could not be sent. Never faults. Whole or not at all: a token that fires ends only the wait for it.</summary>
    private async Task<Exception?> WriteAsync(MqttPacket packet)
    {
        try
        {
            KeepAlive.Sent();
            await _inner.SendPacketAsync(packet, CancellationToken.None).ConfigureAwait(false);
            return null;
        }
        catch (Exception e)
        {
            var cause = NetFailure.RootOf(e);
            if (cause is MqttLimitException or MqttProtocolViolationException) return cause;
            if (ConnAck is not null) End(NetFailure.Lost(cause));
            return e;
        }
    }
}
