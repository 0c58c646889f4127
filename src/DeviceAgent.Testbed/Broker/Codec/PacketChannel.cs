using System.IO.Pipelines;

namespace DeviceAgent.Testbed.Broker.Codec;

/// <summary>
/// Packets over a stream. One reader at a time; any number of writers, whose packets go out whole and in turn.
/// </summary>
public sealed class PacketChannel : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly int _maximumPacketSize;
    private readonly PipeReader _reader;
    private readonly SemaphoreSlim _writing = new(1, 1);

    /// <summary>Takes over the stream.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="maximumPacketSize">The largest packet, in bytes, that is read.</param>
    /// <param name="version">The version until it is set: that of the first packets.</param>
    public PacketChannel(Stream stream, int maximumPacketSize, ProtocolVersion version = ProtocolVersion.V311)
    {
        _stream = stream;
        _maximumPacketSize = maximumPacketSize;
        _reader = PipeReader.Create(stream);
        Version = version;
    }

    /// <summary>The version of the connection; a server sets it from the CONNECT.</summary>
    public ProtocolVersion Version { get; set; }

    /// <summary>The next packet; null when the other side has ended between two packets.</summary>
    /// <exception cref="ProtocolException">What came is no packet.</exception>
    /// <exception cref="IOException">The connection broke, or ended inside a packet.</exception>
    /// <exception cref="OperationCanceledException">The token fired. Reading can go on with another.</exception>
    public async ValueTask<MqttPacket?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await _reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            var found = PacketCodec.TryDecode(ref buffer, Version, _maximumPacketSize, out var packet);
            _reader.AdvanceTo(buffer.Start, found ? buffer.Start : buffer.End);
            if (found) return packet;
            if (!result.IsCompleted) continue;
            return buffer.IsEmpty ? null : throw new EndOfStreamException("The connection ended inside a packet.");
        }
    }

    /// <summary>Sends a packet. Cancelled, it may have been sent in part: the channel is of no more use then.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="cancellationToken">Ends the connection rather than a packet: see above.</param>
    /// <exception cref="ArgumentException">The packet cannot be written. Nothing was sent.</exception>
    public async Task WriteAsync(MqttPacket packet, CancellationToken cancellationToken)
    {
        using var writer = new PacketWriter();
        PacketCodec.Encode(writer, packet, Version);
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
