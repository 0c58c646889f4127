using System.Runtime.CompilerServices;
using DeviceAgent.Timing;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Readings.Sources;

/// <summary>
/// Readings from another program, one JSON object a line (<see cref="ReadingJson"/>). A bad line is logged with its number and
/// passed over; the end of the input ends the source.
/// </summary>
internal sealed class StdinSource(Func<Stream> open, LoopPulse pulse, ILogger<StdinSource> logger) : ISource
{
    public async IAsyncEnumerable<Sample> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var input = open();
        await using var _ = input.ConfigureAwait(false);
        var lines = new BoundedLineReader(input);
        while (await NextAsync(lines, cancellationToken).ConfigureAwait(false) is { } line)
        {
            string? problem = null;
            var sample = line.TooLong || IsBlank(line.Bytes.Span) ? null : ReadingJson.TryRead(line.Bytes, out problem);
            if (line.TooLong) problem = $"longer than {BoundedLineReader.MaxLineBytes} bytes";
            if (problem is not null) logger.LineRefused(lines.LineNumber, problem);
            if (sample is not null) yield return sample with { Line = lines.LineNumber };
        }
    }

    /// <summary>Another program writes when it has something.</summary>
    private async ValueTask<BoundedLineReader.Line?> NextAsync(BoundedLineReader lines, CancellationToken cancellationToken)
    {
        using (pulse.Waits()) return await lines.ReadAsync(cancellationToken).ConfigureAwait(false);
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept((byte)' ', (byte)'\t') < 0;
}
