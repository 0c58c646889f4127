namespace DeviceAgent.Mqtt.Connections;

/// <summary>
/// Follows the frames of what is read, and throws at the length of a packet that is too large: MQTTnet allocates what a length
/// announces, up to 256 MB for five bytes. A packet is written whole or not at all: MQTTnet goes on behind a write that was cancelled.
/// </summary>
internal sealed class FrameLimitStream(Stream stream, int largestRead) : Stream
{
    private const int ConnAck = 2;

    private readonly CancellationTokenSource _closing = new();
    private bool _answered;
    private int _header;
    private int _length;
    private int _body;

    /// <summary>The largest packet that the other side takes, in bytes.</summary>
    public long LargestWrite { get; set; } = long.MaxValue;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <exception cref="MqttProtocolException">The packet is too large, its length is none, or the first one is no CONNACK.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Follow(buffer.Span[..read]);
        return read;
    }

    /// <param name="buffer">One packet.</param>
    /// <param name="cancellationToken">Not looked at; closing the stream ends the write.</param>
    /// <exception cref="MqttLimitException">The other side does not take a packet of this size; nothing was written.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length > LargestWrite) throw new MqttLimitException("The other side's maximum packet size", buffer.Length, LargestWrite);
        var whole = _closing.Token;
        await stream.WriteAsync(buffer, whole).ConfigureAwait(false);
        await stream.FlushAsync(whole).ConfigureAwait(false);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _closing.Cancel();
            stream.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Follow(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_body > 0)
            {
                var skipped = Math.Min(_body, bytes.Length);
                _body -= skipped;
                bytes = bytes[skipped..];
                continue;
            }

            Header(bytes[0]);
            bytes = bytes[1..];
        }
    }

    private void Header(byte next)
    {
        if (_header++ == 0)
        {
            if (!_answered && next >> 4 != ConnAck) throw MqttProtocolException.Error($"The first byte is 0x{next:X2}, that of no CONNACK.");
            _answered = true;
            return;
        }

        // One byte of type, and one to four of length, seven bits in each.
        _length |= (next & 0x7F) << (7 * (_header - 2));
        if (_header + (long)_length > largestRead)
            throw new MqttProtocolException(MqttReasonCode.PacketTooLarge, $"A packet of {_header + (long)_length} bytes or more; the limit is {largestRead}.");
        if (next < 0x80)
        {
            _body = _length;
            _header = _length = 0;
        }
        else if (_header == 5)
        {
            throw MqttProtocolException.Malformed("A packet length of more than four bytes.");
        }
    }
}
