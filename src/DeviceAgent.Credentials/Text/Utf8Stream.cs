using System.Text;

namespace DeviceAgent.Credentials.Text;

/// <summary>
/// Text of any size as UTF-8 without a byte order mark, for readers of lines. What cannot be converted becomes bytes that are not UTF-8, in its place:
/// the reader asks <see cref="TextDecoder.ProblemOf"/> about each line, and a bad byte costs its own line only. Reading throws
/// <see cref="InvalidDataException"/> when the start of the text shows that none of it can be read; the message says why.
/// </summary>
/// <param name="source">Disposed with this.</param>
/// <param name="named">What the text is said to be; null: UTF-8, or what its byte order mark says.</param>
internal sealed class Utf8Stream(Stream source, TextEncoding? named = null) : Stream
{
    private const int SourceBytes = 16 * 1024;

    /// <summary>The most that a byte becomes: one of windows-1252 has up to three, two of UTF-16 as well.</summary>
    private const int Growth = 3;

    private readonly byte[] _read = new byte[SourceBytes];
    private readonly byte[] _ready = new byte[SourceBytes * Growth];
    private int _unread;
    private int _readyStart;
    private int _readyEnd;
    private bool _started;
    private bool _ended;

    /// <summary>As the text has it; known once something has been read.</summary>
    public TextEncoding Encoding { get; private set; } = named ?? TextEncoding.Utf8;

    /// <summary>The same for a text that is in memory; no copy where it is UTF-8 already.</summary>
    /// <exception cref="InvalidDataException">The start of the text shows that none of it can be read.</exception>
    public static ReadOnlyMemory<byte> Convert(ReadOnlyMemory<byte> text, TextEncoding? named = null)
    {
        var start = TextStart.Of(text.Span, named);
        if (start is { Problem: null, Encoding: TextEncoding.Utf8 }) return text[start.MarkBytes..];
        using var stream = new Utf8Stream(new MemoryStream(text.ToArray()), named);
        using var utf8 = new MemoryStream();
        stream.CopyTo(utf8);
        return utf8.ToArray();
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        while (_readyStart == _readyEnd && !_ended && !buffer.IsEmpty) Convert(source.Read(_read.AsSpan(_unread)));
        return Take(buffer);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_readyStart == _readyEnd && !_ended && !buffer.IsEmpty)
            Convert(await source.ReadAsync(_read.AsMemory(_unread), cancellationToken).ConfigureAwait(false));
        return Take(buffer.Span);
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await source.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) source.Dispose();
        base.Dispose(disposing);
    }

    private int Take(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _readyEnd - _readyStart);
        _ready.AsSpan(_readyStart, count).CopyTo(buffer);
        _readyStart += count;
        return count;
    }

    /// <summary>Converts what has come, <paramref name="count"/> bytes more; 0: the end.</summary>
    private void Convert(int count)
    {
        _unread += count;
        _ended = count == 0;
        var bytes = _read.AsSpan(0, _unread);
        if (!_started)
        {
            if (!_ended && TextStart.NeedsMore(bytes)) return;
            var start = TextStart.Of(bytes, named);
            if (start.Problem is { } problem) throw new InvalidDataException(problem);
            (_started, Encoding) = (true, start.Encoding);
            bytes = bytes[start.MarkBytes..];
        }

        _readyStart = _readyEnd = 0;
        var used = Encoding is TextEncoding.Utf16LittleEndian or TextEncoding.Utf16BigEndian ? FromUtf16(bytes) : FromBytes(bytes);
        bytes[used..].CopyTo(_read);
        _unread = bytes.Length - used;
    }

    private int FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (Encoding == TextEncoding.Utf8)
        {
            bytes.CopyTo(_ready);
            _readyEnd = bytes.Length;
            return bytes.Length;
        }

        foreach (var value in bytes)
        {
            var character = Encoding == TextEncoding.Latin1 ? (char)value : TextDecoder.OfWindows1252(value);
            // 0x81, 0x8D, 0x8F, 0x90, 0x9D are nothing in windows-1252, and alone no UTF-8 either.
            if (character == 0 && value != 0) _ready[_readyEnd++] = value;
            else _readyEnd += new Rune(character).EncodeToUtf8(_ready.AsSpan(_readyEnd));
        }

        return bytes.Length;
    }

    private int FromUtf16(ReadOnlySpan<byte> bytes)
    {
        var bigEndian = Encoding == TextEncoding.Utf16BigEndian;
        var at = 0;
        while (bytes.Length - at >= 2)
        {
            var unit = TextDecoder.Utf16Unit(bigEndian, bytes[at..]);
            if (Rune.TryCreate(unit, out var rune))
            {
                at += 2;
            }
            else if (char.IsHighSurrogate(unit) && bytes.Length - at < 4 && !_ended)
            {
                return at;
            }
            else if (bytes.Length - at >= 4 && Rune.TryCreate(unit, TextDecoder.Utf16Unit(bigEndian, bytes[(at + 2)..]), out rune))
            {
                at += 4;
            }
            else
            {
                // Half a character in the form of three bytes that it would have: no UTF-8, and it can be named.
                _ready[_readyEnd++] = (byte)(0xE0 | (unit >> 12));
                _ready[_readyEnd++] = (byte)(0x80 | ((unit >> 6) & 0x3F));
                _ready[_readyEnd++] = (byte)(0x80 | (unit & 0x3F));
                at += 2;
                continue;
            }

            _readyEnd += rune.EncodeToUtf8(_ready.AsSpan(_readyEnd));
        }

        if (!_ended || at == bytes.Length) return at;
        _ready[_readyEnd++] = 0xFF;
        return bytes.Length;
    }
}
