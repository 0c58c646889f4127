using System.Text;

namespace DeviceAgent.Readings.Sources;

/// <summary>
/// CSV per RFC 4180: comma-separated, quotes doubled inside quotes, line breaks allowed inside quotes. A quote that is never closed
/// costs its own line only, not the rest of the file.
/// </summary>
internal sealed class CsvReader(TextReader text)
{
    private const int MaxLinesInRecord = 100;

    private readonly Queue<string> _putBack = new();
    private long _line;

    /// <summary>All records; blank lines are passed over.</summary>
    public IEnumerable<CsvRecord> Records()
    {
        while (NextLine() is { } line)
        {
            if (line.Length > 0) yield return ReadRecord(line);
        }
    }

    private CsvRecord ReadRecord(string first)
    {
        var start = _line;
        var record = first;
        var continued = new List<string>();
        while (true)
        {
            var fields = new List<string>();
            var problem = Split(record, fields);
            if (problem != OpenQuote) return new CsvRecord(start, fields, problem);
            if (continued.Count == MaxLinesInRecord || NextLine() is not { } next) break;
            continued.Add(next);
            record += "\n" + next;
        }

        PutBack(continued);
        return new CsvRecord(start, [], OpenQuote);
    }

    private const string OpenQuote = "a quote is opened and not closed";

    private static string? Split(string record, List<string> fields)
    {
        var at = 0;
        while (true)
        {
            if (at < record.Length && record[at] == '"')
            {
                if (ReadQuoted(record, ref at) is not { } field) return OpenQuote;
                fields.Add(field);
                if (at < record.Length && record[at] != ',') return $"text after the closing quote of field {fields.Count}";
            }
            else
            {
                var end = record.IndexOf(',', at);
                if (end < 0) end = record.Length;
                var field = record[at..end];
                if (field.Contains('"')) return $"a quote inside the unquoted field {fields.Count + 1}";
                fields.Add(field);
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

    private string? NextLine()
    {
        var line = _putBack.Count > 0 ? _putBack.Dequeue() : text.ReadLine();
        if (line is not null) _line++;
        return line;
    }

    private void PutBack(List<string> lines)
    {
        var rest = _putBack.ToArray();
        _putBack.Clear();
        foreach (var line in lines.Concat(rest)) _putBack.Enqueue(line);
        _line -= lines.Count;
    }
}

/// <summary>One record of a CSV file, or what is wrong with it.</summary>
/// <param name="Line">The line it starts on, from 1.</param>
/// <param name="Fields">The fields, unquoted.</param>
/// <param name="Problem">Null for a sound record.</param>
internal sealed record CsvRecord(long Line, IReadOnlyList<string> Fields, string? Problem = null);
