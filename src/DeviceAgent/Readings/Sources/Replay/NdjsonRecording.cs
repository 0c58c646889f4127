using System.Runtime.CompilerServices;

namespace DeviceAgent.Readings.Sources.Replay;

/// <summary>One JSON object a line (<see cref="ReadingJson"/>).</summary>
internal sealed class NdjsonRecording(Func<Stream> open, bool needsTimestamp) : IRecording
{
    public async IAsyncEnumerable<ReplayLine> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = open();
        await using var _ = stream.ConfigureAwait(false);
        var lines = new BoundedLineReader(stream);
        while (await lines.ReadAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (!line.TooLong && line.Bytes.IsEmpty) continue;
            string? problem = null;
            var sample = line.TooLong ? null : ReadingJson.TryRead(line.Bytes, out problem);
            if (line.TooLong) problem = $"longer than {BoundedLineReader.MaxLineBytes} bytes";
            if (sample is { Timestamp: null } && needsTimestamp) (sample, problem) = (null, $"no {ReadingJson.TimestampName}");
            yield return new ReplayLine(lines.LineNumber, sample is null ? null : sample with { Line = lines.LineNumber }, problem);
        }
    }
}
