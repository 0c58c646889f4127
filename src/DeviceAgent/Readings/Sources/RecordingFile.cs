using System.Runtime.CompilerServices;

namespace DeviceAgent.Readings.Sources;

/// <summary>From the configured name of a recording to the recording.</summary>
internal static class RecordingFile
{
    public static IRecording Open(SourceOptions options)
    {
        var path = PathOf(options.File!);
        var needsTimestamp = options.Timestamps == TimestampMode.Recorded;
        return options.Format == FileFormat.Ndjson
            ? new NdjsonRecording(() => File.OpenRead(path), needsTimestamp)
            : new CsvRecording(() => File.OpenRead(path), options.Columns, options.TimestampColumn, needsTimestamp);
    }

    /// <summary>Why the recording cannot be replayed, or null.</summary>
    public static string? FindProblem(SourceOptions options)
    {
        var path = PathOf(options.File!);
        var builtin = options.File!.StartsWith(SourceOptions.BuiltinPrefix, StringComparison.Ordinal);
        if (!File.Exists(path)) return builtin ? "no such recording ships with the agent; there is builtin:occupancy" : "there is no such file";
        try
        {
            return Open(options) is CsvRecording csv ? csv.FindHeaderProblem() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"cannot be read: {e.Message}";
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

/// <summary>One line of a recording: a sample, or what is wrong with the line.</summary>
internal readonly record struct ReplayLine(long Number, Sample? Sample, string? Problem);

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
