using System.Text;

namespace DeviceAgent.Readings.Sources;

/// <summary>
/// CSV per RFC 4180: quotes doubled inside quotes, line breaks allowed inside quotes. Whatever is wrong with a line costs that line only:
/// the lines that a quote would have swallowed are read by themselves.
/// </summary>
internal sealed class CsvReader(Stream stream, char delimiter)
{
    private const int MaxLinesInRecord = 100;

    private const string OpenQuote = "a quote is opened and not closed: close it, or double each quote inside a quoted field";

    private readonly BoundedLineReader _lines = new(stream);
    private readonly Queue<TextLine> _putBack = new();

    /// <summary>Whether the fields of a line are a record by themselves: such a line is never taken for the inside of a quoted field.</summary>
    public Func<IReadOnlyList<CsvField>, bool> IsWhole { get; set; } = _ => false;

    /// <summary>The next record; null at the end. Lines in which nothing stands are passed over.</summary>
    public async ValueTask<CsvRecord?> ReadAsync(CancellationToken cancellationToken)
    {
        while (await NextLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line.Text.Length == 0 && line.Problem is null) continue;
            var record = await ReadRecordAsync(line, cancellationToken).ConfigureAwait(false);
            if (record.Problem is not null || record.Fields.Any(f => f.IsQuoted || !string.IsNullOrWhiteSpace(f.Text))) return record;
        }

        return null;
    }

    private async ValueTask<CsvRecord> ReadRecordAsync(TextLine first, CancellationToken cancellationToken)
    {
        if (first.Problem is not null) return new CsvRecord(first.Number, [], first.Problem);
        var (text, end) = (new StringBuilder(first.Text), first.End);
        var continued = new List<TextLine>();
        while (true)
        {
            var fields = new List<CsvField>();
            var problem = Split(text.ToString(), fields);
            if (problem is null) return new CsvRecord(first.Number, fields) { LastLine = continued.Count == 0 ? first.Number : continued[^1].Number };
            if (problem != OpenQuote || continued.Count == MaxLinesInRecord || await NextLineAsync(cancellationToken).ConfigureAwait(false) is not { } next)
            {
                PutBack(continued);
                return new CsvRecord(first.Number, [], continued.Count == 0 ? problem : OpenQuote);
            }

            continued.Add(next);
            var isRecord = next.Problem is null && IsRecord(next.Text);
            if (isRecord || next.Problem is not null || text.Length + next.Text.Length > BoundedLineReader.MaxLineBytes)
            {
                PutBack(continued);
                return new CsvRecord(first.Number, [], isRecord ? $"a quote is opened, and line {next.Number} is a row by itself before it is closed: close it, or double each quote inside a quoted field" : OpenQuote);
            }

            text.Append(end).Append(next.Text);
            end = next.End;
        }
    }

    private bool IsRecord(string line)
    {
        var fields = new List<CsvField>();
        return Split(line, fields) is null && IsWhole(fields);
    }

    private string? Split(string record, List<CsvField> fields)
    {
        var at = 0;
        while (true)
        {
            if (at < record.Length && record[at] == '"')
            {
                if (ReadQuoted(record, ref at) is not { } field) return OpenQuote;
                fields.Add(new CsvField(field, IsQuoted: true));
                if (at < record.Length && record[at] != delimiter) return $"text after the closing quote of field {fields.Count}: double each quote inside a quoted field";
            }
            else
            {
                var end = record.IndexOf(delimiter, at);
                if (end < 0) end = record.Length;
                var field = record[at..end];
                if (field.Contains('"')) return $"a quote inside the unquoted field {fields.Count + 1}: quote the field, and double the quote in it";
                fields.Add(new CsvField(field, IsQuoted: false));
                at = end;
            }

            if (at >= record.Length) return null;
            at++;
        }
    }

    private static string? ReadQuoted(string record, ref int at)
    {
        var field = new StringBuilder();
        at++;
        while (true)
        {
            var quote = record.IndexOf('"', at);
            if (quote < 0) return null;
            field.Append(record, at, quote - at);
            at = quote + 1;
            if (at >= record.Length || record[at] != '"') return field.ToString();
            field.Append('"');
            at++;
        }
    }

    private async ValueTask<TextLine?> NextLineAsync(CancellationToken cancellationToken)
    {
        if (_putBack.TryDequeue(out var again)) return again;
        return await _lines.ReadAsync(cancellationToken).ConfigureAwait(false) is { } line ? ToText(line) : null;
    }

    private TextLine ToText(BoundedLineReader.Line line)
    {
        var number = _lines.LineNumber;
        if (line.Problem is { } problem) return new TextLine(number, "", "", problem);
        if (line.Bytes.Span.IndexOf((byte)0) is >= 0 and var zero) return new TextLine(number, "", "", $"byte {zero} is zero: the file was damaged here");
        return new TextLine(number, Encoding.UTF8.GetString(line.Bytes.Span), line.End, null);
    }

    private void PutBack(List<TextLine> lines)
    {
        var rest = _putBack.ToArray();
        _putBack.Clear();
        foreach (var line in lines.Concat(rest)) _putBack.Enqueue(line);
    }

    private readonly record struct TextLine(long Number, string Text, string End, string? Problem);
}

/// <summary>One field, unquoted.</summary>
internal readonly record struct CsvField(string Text, bool IsQuoted);

/// <summary>One record of a CSV file, or what is wrong with it.</summary>
/// <param name="Line">The line it starts on, from 1.</param>
/// <param name="Fields">Empty when something is wrong.</param>
/// <param name="Problem">Null for a sound record.</param>
internal sealed record CsvRecord(long Line, IReadOnlyList<CsvField> Fields, string? Problem = null)
{
    /// <summary>The line it ends on.</summary>
    public long LastLine { get; init; } = Line;
}
