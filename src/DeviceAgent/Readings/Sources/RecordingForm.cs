using System.Text;
using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Readings.Sources;

/// <summary>Tells by its beginning that a recording as a whole is of another form than it is to be read in; a single line never decides.</summary>
internal static class RecordingForm
{
    private const int FirstLines = 20;

    /// <summary>What is wrong with the form, and what to do; null: nothing, or what other checks name.</summary>
    public static string? FindProblem(SourceOptions options)
    {
        if (!File.Exists(options.File)) return null;
        try
        {
            using var file = new FileStream(InputFile.Open(options.File), FileAccess.Read);
            return FindProblem(file, options.Format, options.Encoding);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <inheritdoc cref="FindProblem(SourceOptions)"/>
    public static string? FindProblem(Stream file, FileFormat format, TextEncoding? encoding)
    {
        Span<byte> start = stackalloc byte[4];
        var length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (start[..length] is [0x1F, 0x8B, ..]) return "is compressed by gzip: unpack it with gunzip";
        if (start[..length] is [(byte)'P', (byte)'K', 3, 4]) return "is a ZIP file, as the sheets of .xlsx and .ods are: unpack it, or save the sheet as CSV";
        file.Position = 0;
        try
        {
            return OfLines(FirstOf(new Utf8Stream(file, encoding)), format);
        }
        catch (InvalidDataException e)
        {
            return e.Message;
        }
    }

    private static string? OfLines(List<string> lines, FileFormat format)
    {
        if (lines.Count == 0) return null;
        var first = Shown.Of(lines[0]);
        var opens = lines[0] is "{" or "[" || lines[0].StartsWith("[{", StringComparison.Ordinal);
        if (format == FileFormat.Csv) return opens || lines[0].StartsWith("{\"", StringComparison.Ordinal) ? $"the first line is JSON ({first}): set source.format to ndjson, and write one object a line" : null;
        if (opens) return $"it is a JSON text over several lines, or a list (the first line is {first}): write one object a line, as jq -c does";
        return lines.Any(l => l.StartsWith('{')) ? null : $"no line is a JSON object (the first is {first}): write one object a line, or set source.format to csv";
    }

    /// <summary>The first lines that are text and not blank.</summary>
    private static List<string> FirstOf(Utf8Stream stream)
    {
        var lines = new List<string>();
        var reader = new BoundedLineReader(stream);
        while (lines.Count < FirstLines && reader.ReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult() is { } line)
        {
            if (!line.IsBlank && line.Problem is null) lines.Add(Encoding.UTF8.GetString(line.Bytes.Span).Trim());
        }

        return lines;
    }
}
