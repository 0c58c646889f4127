namespace DeviceAgent.Readings.Sources.Replay;

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
