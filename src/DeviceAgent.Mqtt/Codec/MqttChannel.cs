using System.IO.Pipelines;
using DeviceAgent.Mqtt.Packets;

namespace DeviceAgent.Mqtt.Codec;

/// <summary>
/// Packets over a stream. One reader at a time; any number of writers, whose packets go out whole and in turn.
/// </summary>
public sealed class MqttChannel : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly int _maximumPacketSize;
    private readonly PipeReader _reader;
    private readonly SemaphoreSlim _writing = new(1, 1);

    /// <summary>Takes over the stream.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="maximumPacketSize">The largest packet, in bytes, that is read.</param>
    /// <param name="version">The version until it is set: that of the first packets.</param>
    public MqttChannel(Stream stream, int maximumPacketSize, MqttProtocolVersion version = MqttProtocolVersion.V311)
    {
        _stream = stream;
        _maximumPacketSize = maximumPacketSize;
        _reader = PipeReader.Create(stream);
        Version = version;
    }

    /// <summary>The version of the connection; a server sets it from the CONNECT.</summary>
    public MqttProtocolVersion Version { get; set; }

    /// <summary>The next packet; null when the other side has ended between two packets.</summary>
    /// <exception cref="MqttProtocolException">What came is no packet.</exception>
    /// <exception cref="IOException">The connection broke, or ended inside a packet.</exception>
    /// <exception cref="OperationCanceledException">The token fired. Reading can go on with another.</exception>
    public async ValueTask<MqttPacket?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await _reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            var found = MqttPacketCodec.TryDecode(ref buffer, Version, _maximumPacketSize, out var packet);
            _reader.AdvanceTo(buffer.Start, found ? buffer.Start : buffer.End);
            if (found) return packet;
            if (!result.IsCompleted) continue;
            return buffer.IsEmpty ? null : throw new EndOfStreamException("The connection ended inside a packet.");
        }
    }

    /// <summary>Sends a packet. Cancelled, it may have been sent in part: the channel is of no more use then.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="cancellationToken">Ends the connection rather than a packet: see above.</param>
    /// <param name="maximumSize">The largest packet that the other side takes.</param>
    /// <exception cref="ArgumentException">The packet cannot be written. Nothing was sent.</exception>
    /// <exception cref="MqttLimitException">The packet is larger than <paramref name="maximumSize"/>. Nothing was sent.</exception>
    public async Task WriteAsync(MqttPacket packet, CancellationToken cancellationToken, long maximumSize = long.MaxValue)
    {
        using var writer = new PacketWriter();
        MqttPacketCodec.Encode(writer, packet, Version);
        if (writer.Written.Length > maximumSize)
            throw new MqttLimitException("The other side's maximum packet size", writer.Written.Length, maximumSize);
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await _stream.WriteAsync(writer.Written, cancellationToken).ConfigureAwait(false);
            await _stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Closes the stream.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        await _reader.CompleteAsync().ConfigureAwait(false);
    }
}
