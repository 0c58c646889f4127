using System.IO.Pipelines;
using DeviceAgent.Testbed.Broker.Codec;

namespace DeviceAgent.Testbed.Broker;

/// <summary>One connection of a client, from its CONNECT to its end.</summary>
internal sealed class DeviceConnection : IDisposable
{
    private static readonly TimeSpan GoodbyeTimeout = TimeSpan.FromSeconds(2);

    private readonly MqttBroker _broker;
    private readonly BrokerLimits _limits;
    private readonly TimeProvider _time;
    private readonly PacketSource _source;
    private readonly Outbox _outbox;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly TaskCompletionSource<ConnectionEnd> _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AcceptedClient? _client;
    private long _receivedAt;

    public DeviceConnection(MqttBroker broker, IDuplexPipe transport, string certificateId, string address, BrokerLimits limits, TimeProvider time)
    {
        (_broker, _limits, _time, CertificateId, Address) = (broker, limits, time, certificateId, address);
        _source = new PacketSource(transport.Input, limits.PacketBytes);
        _outbox = new Outbox(transport.Output, limits, time);
        _receivedAt = time.GetTimestamp();
    }

    public string CertificateId { get; }

    public string Address { get; }

    /// <summary>The most unacknowledged QoS 1 messages that may be under way to the client.</summary>
    public int Window { get; private set; } = 1;

    public bool HasRoom => _outbox.HasRoom;

    /// <summary>What the client was granted; null before its CONNECT.</summary>
    public AcceptedClient? Client => _client;

    /// <summary>Serves the client until the connection has ended. Never throws.</summary>
    /// <param name="closed">Fires when the transport is gone.</param>
    /// <returns>Whether everything was said: if not, the transport must be torn down.</returns>
    public async Task<bool> RunAsync(CancellationToken closed)
    {
        bool graceful;
        await using (closed.Register(() => End(ConnectionEnd.Lost("The connection broke."))))
        {
            var writing = WriteAsync();
            var reading = ReadAsync();
            var end = await _ending.Task;
            _broker.Left(this, end);
            _outbox.Complete(_client?.Version == ProtocolVersion.V5 && end.Code is { } code ? new DisconnectPacket { ReasonCode = code } : null);
            graceful = await DrainedAsync(writing);
            await _lifetime.CancelAsync();
            await Task.WhenAll(reading, writing);
        }

        return graceful;
    }

    public void Dispose() => _lifetime.Dispose();

    /// <summary>Ends the connection; the first reason counts. Does not wait.</summary>
    public void End(ConnectionEnd end) => _ending.TrySetResult(end);

    /// <summary>Queues a packet; a client that does not read is disconnected.</summary>
    public void Send(MqttPacket packet)
    {
        if (!_outbox.TrySend(packet)) End(new ConnectionEnd(DisconnectReason.Throttled, "The client does not read what it is sent."));
    }

    /// <summary>Ends the connection when the client has been silent for too long.</summary>
    public void CheckKeepAlive()
    {
        if (_client is { } client && _time.GetElapsedTime(Volatile.Read(ref _receivedAt)) > client.Terms.KeepAlive * 1.5)
            End(new ConnectionEnd(DisconnectReason.KeepAliveTimeout, "Nothing came for 1.5 times the keep-alive.", ReasonCode.KeepAliveTimeout));
    }

    /// <summary>Sends the CONNACK; from here on the client gets messages.</summary>
    public void Accept(AcceptedClient client, ConnectPacket connect, ConnAckPacket answer)
    {
        _outbox.MaximumPacketSize = connect.Properties?.MaximumPacketSize ?? long.MaxValue;
        _outbox.Drained = client.Session.Continue;
        _outbox.LeftOut = client.Session.Acknowledge;
        Window = Math.Min(connect.Properties?.ReceiveMaximum ?? ushort.MaxValue, _limits.ReceiveMaximum);
        _client = client;
        Send(answer);
    }

    private async Task ReadAsync()
    {
        // What runs here until its first wait must not run on the caller.
        await Task.Yield();
        try
        {
            if (await ConnectAsync() is not { } handler) return;
            while (await _source.ReadAsync(_lifetime.Token) is { } packet)
            {
                Volatile.Write(ref _receivedAt, _time.GetTimestamp());
                if (handler.Handle(packet) is { } end) End(end);
                if (_ending.Task.IsCompleted) return;
            }

            End(ConnectionEnd.Lost("The client closed the connection without a DISCONNECT."));
        }
        catch (ProtocolException e)
        {
            // DISCONNECT has no word for a version: that is the second CONNECT.
            End(ConnectionEnd.ClientError(e.ReasonCode == ReasonCode.UnsupportedProtocolVersion ? ReasonCode.ProtocolError : e.ReasonCode, e.Message));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            End(ConnectionEnd.Lost($"The connection broke: {e.Message}"));
        }
        catch (Exception e)
        {
            _broker.Failed(this, e);
            End(new ConnectionEnd(DisconnectReason.ServerError, e.Message, ReasonCode.UnspecifiedError));
        }
    }

    /// <summary>The handler of what follows; null when the client was not accepted.</summary>
    private async Task<PacketHandler?> ConnectAsync()
    {
        using var patience = new CancellationTokenSource(_limits.ConnectTimeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _lifetime.Token);
        ConnectPacket? connect;
        try
        {
            connect = await _source.ReadAsync(both.Token) as ConnectPacket;
        }
        catch (ProtocolException e) when (e.ReasonCode == ReasonCode.UnsupportedProtocolVersion)
        {
            return Refuse(e.ReasonCode, e.Message);
        }

        if (connect is null)
        {
            End(ConnectionEnd.ClientError(ReasonCode.ProtocolError, "The first packet is not CONNECT."));
            return null;
        }

        _source.Version = _outbox.Version = connect.Version;
        var refusal = _broker.Enter(this, connect);
        Volatile.Write(ref _receivedAt, _time.GetTimestamp());
        return refusal is null ? new PacketHandler(_broker, this, _client!, _limits, _time) : Refuse(refusal.Value, $"CONNECT refused: {refusal}.");
    }

    private PacketHandler? Refuse(ReasonCode reason, string detail)
    {
        Send(new ConnAckPacket { ReasonCode = reason });
        End(new ConnectionEnd(DisconnectReason.AuthError, detail));
        return null;
    }

    private async Task WriteAsync()
    {
        try
        {
            await _outbox.RunAsync(_lifetime.Token);
        }
        catch (Exception e) when (e is IOException or TimeoutException or OperationCanceledException)
        {
            End(e is TimeoutException ? new ConnectionEnd(DisconnectReason.Throttled, e.Message) : ConnectionEnd.Lost($"The connection broke: {e.Message}"));
        }
        catch (Exception e)
        {
            _broker.Failed(this, e);
            End(new ConnectionEnd(DisconnectReason.ServerError, e.Message));
        }
    }

    private async Task<bool> DrainedAsync(Task writing)
    {
        try
        {
            await writing.WaitAsync(GoodbyeTimeout, _time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}

/// <summary>The packets that come from one client.</summary>
internal sealed class PacketSource(PipeReader input, int maximumPacketSize)
{
    public ProtocolVersion Version { get; set; } = ProtocolVersion.V311;

    /// <summary>The next packet; null when the client has closed the connection, be it inside a packet.</summary>
    /// <exception cref="ProtocolException">What came is no packet.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async ValueTask<MqttPacket?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            var found = false;
            try
            {
                found = PacketCodec.TryDecode(ref buffer, Version, maximumPacketSize, out var packet);
                if (found) return packet;
            }
            finally
            {
                input.AdvanceTo(buffer.Start, found ? buffer.Start : buffer.End);
            }

            if (result.IsCompleted) return null;
        }
    }
}
