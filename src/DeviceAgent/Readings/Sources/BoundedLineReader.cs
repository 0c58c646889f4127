using System.Buffers;
using System.IO.Pipelines;
using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Readings.Sources;

/// <summary>
/// Reads lines of UTF-8, which end with LF, CR LF or CR, never holding more than <see cref="MaxLineBytes"/>: a longer line is passed over and
/// told as such, and so is one with bytes that are no text.
/// </summary>
internal sealed class BoundedLineReader(Stream stream)
{
    /// <summary>A line longer than this cannot become an item of 400 KB, escapes and white space included.</summary>
    public const int MaxLineBytes = 1024 * 1024;

    private readonly PipeReader _pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
    private bool _skipping;

    /// <summary>The last line ended with CR at the end of what was there: a LF that comes next belongs to it.</summary>
    private bool _afterReturn;

    /// <summary>The number of the line read last, from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>The next line without its end, or a line that says it was too long; null at the end of the stream.</summary>
    public async ValueTask<Line?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            // A console or pipe read cannot be interrupted, so the waiting is.
            var result = await _pipe.ReadAsync(cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
            var buffer = SkipLineFeed(result.Buffer);
            if (FindEnd(buffer) is var (line, end, next))
            {
                var taken = Take(line, end);
                _pipe.AdvanceTo(next);
                return taken;
            }

            if (result.IsCompleted)
            {
                if (buffer.IsEmpty && !_skipping) return null;
                var last = Take(buffer, "");
                _pipe.AdvanceTo(buffer.End);
                return last;
            }

            if (buffer.Length > MaxLineBytes)
            {
                _skipping = true;
                _pipe.AdvanceTo(buffer.End);
            }
            else
            {
                _pipe.AdvanceTo(buffer.Start, buffer.End);
            }
        }
    }

    private ReadOnlySequence<byte> SkipLineFeed(ReadOnlySequence<byte> buffer)
    {
        if (!_afterReturn || buffer.IsEmpty) return buffer;
        _afterReturn = false;
        return buffer.FirstSpan is [(byte)'\n', ..] ? buffer.Slice(1) : buffer;
    }

    private (ReadOnlySequence<byte> Line, string End, SequencePosition Next)? FindEnd(ReadOnlySequence<byte> buffer)
    {
        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryReadToAny(out ReadOnlySequence<byte> line, "\r\n"u8, advancePastDelimiter: false)) return null;
        _ = reader.TryRead(out var end);
        if (end == (byte)'\n') return (line, "\n", reader.Position);

        // Without waiting for what comes next: somebody who writes CR alone may be silent now.
        _afterReturn = reader.End;
        return reader.TryPeek(out var next) && next == (byte)'\n' ? (line, "\r\n", buffer.GetPosition(1, reader.Position)) : (line, "\r", reader.Position);
    }

    private Line Take(ReadOnlySequence<byte> bytes, string end)
    {
        LineNumber++;
        var tooLong = _skipping || bytes.Length > MaxLineBytes;
        _skipping = false;
        if (tooLong) return new Line(default, end, $"longer than {MaxLineBytes} bytes");
        var line = bytes.ToArray();
        var problem = TextDecoder.ProblemOf(line, stream is Utf8Stream { Encoding: var encoding } ? encoding : TextEncoding.Utf8);
        return new Line(problem is null ? line : default, end, problem is null ? null : $"{problem}, or name its encoding in source.encoding");
    }

    /// <param name="Bytes">Without the end; UTF-8.</param>
    /// <param name="End">What ended it; empty at the end of the stream.</param>
    /// <param name="Problem">Why it was passed over; null when it was not.</param>
    internal readonly record struct Line(ReadOnlyMemory<byte> Bytes, string End, string? Problem)
    {
        public bool IsBlank => Problem is null && Bytes.Span.IndexOfAnyExcept((byte)' ', (byte)'\t') < 0;
    }
}
