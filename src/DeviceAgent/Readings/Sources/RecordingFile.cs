using System.Runtime.CompilerServices;
using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Readings.Sources;

/// <summary>From the configured name of a recording to the recording.</summary>
internal static class RecordingFile
{
    /// <param name="options">Which, and in what form.</param>
    /// <param name="timestamps">Reads the times.</param>
    /// <param name="notice">Told what was decided where the form is not plain.</param>
    public static IRecording Open(SourceOptions options, TimestampReader timestamps, Action<string>? notice = null)
    {
        var path = PathOf(options.File!);
        var needsTimestamp = options.Timestamps == TimestampMode.Recorded;
        return options.Format == FileFormat.Ndjson
            ? new NdjsonRecording(Read, timestamps, needsTimestamp, options.Encoding)
            : new CsvRecording(Read, options.Csv with { NeedsTimestamp = needsTimestamp, Encoding = options.Encoding }, timestamps, notice);

        FileStream Read() => new(InputFile.Open(path), FileAccess.Read);
    }

    /// <summary>Why the recording cannot be replayed, or null.</summary>
    public static string? FindProblem(SourceOptions options)
    {
        var path = PathOf(options.File!);
        var builtin = options.File!.StartsWith(SourceOptions.BuiltinPrefix, StringComparison.Ordinal);
        if (!File.Exists(path)) return builtin ? "no such recording ships with the agent; there is builtin:occupancy" : "there is no such file";
        try
        {
            return Open(options, TimestampReader.Stored) is CsvRecording csv ? csv.FindHeaderProblem() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"cannot be read: {e.Message}";
        }
        catch (InvalidDataException e)
        {
            return e.Message;
        }
    }

    private static string PathOf(string file) => file.StartsWith(SourceOptions.BuiltinPrefix, StringComparison.Ordinal)
        ? Path.Combine(AppContext.BaseDirectory, "Data", Path.GetFileName(file[SourceOptions.BuiltinPrefix.Length..]) + ".csv")
        : file;
}

/// <summary>A file of recorded readings, in the order of the file; each enumeration reads it from its start.</summary>
internal interface IRecording
{
    IAsyncEnumerable<ReplayLine> ReadAsync(CancellationToken cancellationToken);
}

/// <summary>One line of a recording, or several where a text has line ends: a sample, or what is wrong with it.</summary>
internal readonly record struct ReplayLine(long Number, long LastNumber, Sample? Sample, string? Problem);

/// <summary>One JSON object a line (<see cref="ReadingJson"/>).</summary>
internal sealed class NdjsonRecording(Func<Stream> open, TimestampReader timestamps, bool needsTimestamp, TextEncoding? encoding = null) : IRecording
{
    public async IAsyncEnumerable<ReplayLine> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = new Utf8Stream(open(), encoding);
        await using var _ = stream.ConfigureAwait(false);
        var lines = new BoundedLineReader(stream);
        while (await lines.ReadAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line.IsBlank) continue;
            var sample = NdjsonLine.Read(line, lines.LineNumber, timestamps);
            if (sample is { Problem: null, Timestamp: null } && needsTimestamp) sample = Sample.Refused(lines.LineNumber, $"no {ReadingJson.TimestampName}: give the reading its time, or set source.timestamps to \"now\"");
            yield return new ReplayLine(lines.LineNumber, lines.LineNumber, sample.Problem is null ? sample with { IsRecorded = true } : null, sample.Problem);
        }
    }
}

/// <summary>One line of NDJSON, wherever it comes from.</summary>
internal static class NdjsonLine
{
    public static Sample Read(BoundedLineReader.Line line, long number, TimestampReader timestamps)
    {
        var problem = line.Problem;
        var sample = problem is not null ? null : ReadingJson.TryRead(line.Bytes, timestamps, out problem);
        return sample is null ? Sample.Refused(number, problem!) : sample with { Line = number };
    }
}
