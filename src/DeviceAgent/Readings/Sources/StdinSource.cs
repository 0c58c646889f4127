using System.Runtime.CompilerServices;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Timing;

namespace DeviceAgent.Readings.Sources;

/// <summary>
/// Readings from another program, one JSON object a line (<see cref="ReadingJson"/>). A bad line costs itself; the end of the input ends
/// the source.
/// </summary>
internal sealed class StdinSource(Func<Stream> open, TimestampReader timestamps, LoopPulse pulse, TextEncoding? encoding = null) : ISource
{
    public async IAsyncEnumerable<Sample> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var input = new Utf8Stream(open(), encoding);
        await using var _ = input.ConfigureAwait(false);
        var lines = new BoundedLineReader(input);
        while (true)
        {
            var (line, problem) = await NextAsync(lines, cancellationToken).ConfigureAwait(false);
            if (problem is not null) yield return Sample.Refused(lines.LineNumber + 1, $"{problem}; nothing from here on is read");
            if (line is not { } next) yield break;
            if (!next.IsBlank) yield return NdjsonLine.Read(next, lines.LineNumber, timestamps);
        }
    }

    /// <summary>Another program writes when it has something; what is no text in any encoding that is read ends the input.</summary>
    private async ValueTask<(BoundedLineReader.Line? Line, string? Problem)> NextAsync(BoundedLineReader lines, CancellationToken cancellationToken)
    {
        try
        {
            using (pulse.Waits()) return (await lines.ReadAsync(cancellationToken).ConfigureAwait(false), null);
        }
        catch (InvalidDataException e)
        {
            return (null, e.Message);
        }
    }
}
