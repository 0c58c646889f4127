using System.Buffers;
using System.IO.Pipelines;

namespace DeviceAgent.Readings.Sources;

/// <summary>Reads lines of bytes, never holding more than <see cref="MaxLineBytes"/>: a longer line is passed over and told as null.</summary>
internal sealed class BoundedLineReader(Stream stream)
{
    /// <summary>A line longer than this cannot become an item of 400 KB, escapes and white space included.</summary>
    public const int MaxLineBytes = 1024 * 1024;

    private readonly PipeReader _pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
    private bool _skipping;

    /// <summary>The number of the line read last, from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>The next line without its end, or a line that says it was too long; null at the end of the stream.</summary>
    public async ValueTask<Line?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            // A console or pipe read cannot be interrupted, so the waiting is.
            var result = await _pipe.ReadAsync(cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            var end = buffer.PositionOf((byte)'\n');
            if (end is { } position)
            {
                var line = Take(buffer.Slice(0, position));
                _pipe.AdvanceTo(buffer.GetPosition(1, position));
                return line;
            }

            if (result.IsCompleted)
            {
                if (buffer.IsEmpty && !_skipping) return null;
                var line = Take(buffer);
                _pipe.AdvanceTo(buffer.End);
                return line;
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

    private Line Take(ReadOnlySequence<byte> bytes)
    {
        LineNumber++;
        var tooLong = _skipping || bytes.Length > MaxLineBytes;
        _skipping = false;
        if (tooLong) return new Line(default, TooLong: true);
        var line = bytes.ToArray();
        return new Line(line is [.., (byte)'\r'] ? line.AsMemory(..^1) : line, TooLong: false);
    }

    internal readonly record struct Line(ReadOnlyMemory<byte> Bytes, bool TooLong);
}
