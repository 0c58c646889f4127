using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Channels;
using DeviceAgent.Testbed.Broker.Codec;

namespace DeviceAgent.Testbed.Broker;

/// <summary>The packets queued for one client. Sending never waits; one task writes them in order.</summary>
/// <param name="output">The connection.</param>
/// <param name="limits">How much may wait, and for how long.</param>
/// <param name="time">For the patience with a client that does not read.</param>
internal sealed class Outbox(PipeWriter output, BrokerLimits limits, TimeProvider time)
{
    private const int FlushSize = 32 * 1024;
    private const int PacketOverhead = 64;

    private readonly Channel<MqttPacket> _packets = Channel.CreateUnbounded<MqttPacket>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ArrayBufferWriter<byte> _packet = new();
    private long _bytes;

    public ProtocolVersion Version { get; set; } = ProtocolVersion.V311;

    /// <summary>The largest packet that the client takes; larger ones are left out.</summary>
    public long MaximumPacketSize { get; set; } = long.MaxValue;

    /// <summary>Called when everything was sent.</summary>
    public Action? Drained { get; set; }

    /// <summary>Called with the id of a QoS 1 message that is too large for the client: it counts as delivered.</summary>
    public Action<ushort>? LeftOut { get; set; }

    /// <summary>Whether more messages should be put in now.</summary>
    public bool HasRoom => Volatile.Read(ref _bytes) < limits.OutgoingBytes;

    /// <summary>False when the client has not read for so long that there is no more room.</summary>
    public bool TrySend(MqttPacket packet)
    {
        if (!HasRoom) return false;
        Interlocked.Add(ref _bytes, SizeOf(packet));
        _packets.Writer.TryWrite(packet);
        return true;
    }

    /// <summary>Nothing more comes after this.</summary>
    public void Complete(MqttPacket? last)
    {
        if (last is not null) _packets.Writer.TryWrite(last);
        _packets.Writer.TryComplete();
    }

    /// <summary>Writes until it is complete.</summary>
    /// <exception cref="TimeoutException">The client takes nothing.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var unflushed = 0;
        while (await _packets.Reader.WaitToReadAsync(cancellationToken))
        {
            while (_packets.Reader.TryRead(out var packet))
            {
                unflushed += Write(packet);
                Interlocked.Add(ref _bytes, -SizeOf(packet));
                if (unflushed < FlushSize) continue;
                await FlushAsync(cancellationToken);
                unflushed = 0;
            }

            await FlushAsync(cancellationToken);
            unflushed = 0;
            Drained?.Invoke();
        }
    }

    private int Write(MqttPacket packet)
    {
        _packet.ResetWrittenCount();
        PacketCodec.Encode(_packet, packet, Version);
        if (_packet.WrittenCount > MaximumPacketSize)
        {
            if (packet is PublishPacket { PacketId: not 0 } publish) LeftOut?.Invoke(publish.PacketId);
            return 0;
        }

        output.Write(_packet.WrittenSpan);
        return _packet.WrittenCount;
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(limits.WriteTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            if ((await output.FlushAsync(both.Token)).IsCompleted) throw new IOException("The client has closed the connection.");
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("The client takes nothing of what it is sent.");
        }
    }

    private static int SizeOf(MqttPacket packet) => PacketOverhead + (packet is PublishPacket publish ? publish.Payload.Length : 0);
}
