using System.Runtime.CompilerServices;
using System.Text;

namespace DeviceAgent.Readings.Sources;

/// <summary>
/// A CSV file with a header. Where the rows have one field more than the header has names, the first field is the row's name, as R
/// writes it, and is dropped. Empty fields and R's <c>NA</c> are left out of the reading.
/// </summary>
internal sealed class CsvRecording(Func<Stream> open, IReadOnlyDictionary<string, string> map, string? timestampColumn, bool needsTimestamp) : IRecording
{
    /// <summary>What is wrong with the header, or null.</summary>
    public string? FindHeaderProblem()
    {
        using var reader = new StreamReader(open(), Encoding.UTF8);
        var header = new CsvReader(reader).Records().FirstOrDefault();
        if (header is null) return "the file is empty";
        if (header.Problem is not null) return $"line {header.Line}: {header.Problem}";
        CsvColumns.TryResolve(header.Fields, map, timestampColumn, needsTimestamp, out var problem);
        return problem;
    }

    public async IAsyncEnumerable<ReplayLine> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        using var reader = new StreamReader(open(), Encoding.UTF8);
        using var records = new CsvReader(reader).Records().GetEnumerator();
        if (!records.MoveNext()) yield break;
        var header = records.Current;
        var columns = CsvColumns.TryResolve(header.Fields, map, timestampColumn, needsTimestamp, out var problem)
            ?? throw new InvalidDataException(problem);

        int? rowNames = null;
        while (records.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var record = records.Current;
            if (record.Problem is null) rowNames ??= record.Fields.Count == columns.Names.Count + 1 ? 1 : 0;
            var sample = record.Problem is null ? ToSample(record, columns, rowNames ?? 0, out problem) : null;
            yield return new ReplayLine(record.Line, sample, record.Problem ?? problem);
        }
    }

    private static Sample? ToSample(CsvRecord record, CsvColumns columns, int skip, out string? problem)
    {
        problem = null;
        if (record.Fields.Count != columns.Names.Count + skip)
        {
            problem = $"{record.Fields.Count} fields where {columns.Names.Count + skip} are expected";
            return null;
        }

        string? serialNumber = null;
        DateTimeOffset? timestamp = null;
        var attributes = new List<KeyValuePair<string, ReadingValue>>(columns.Names.Count);
        for (var i = 0; i < columns.Names.Count; i++)
        {
            var field = record.Fields[i + skip];
            if (i == columns.Timestamp)
            {
                if (TimestampText.TryParse(field, out var parsed)) timestamp = parsed;
                else problem ??= $"'{field}' is not a timestamp";
            }
            else if (i == columns.SerialNumber)
            {
                serialNumber = field;
            }
            else if (CsvField.IsNotANumber(field))
            {
                problem ??= $"{columns.Names[i]} is '{field.Trim()}', which is not a number that can be stored";
            }
            else if (CsvField.ToValue(field) is { } value)
            {
                attributes.Add(KeyValuePair.Create(columns.Names[i], value));
            }
        }

        return problem is null ? new Sample(attributes) { SerialNumber = serialNumber, Timestamp = timestamp, Line = record.Line } : null;
    }
}

/// <summary>What the columns of a CSV file mean: which one is the time, which one the serial number, what the others are called.</summary>
internal sealed record CsvColumns(IReadOnlyList<string> Names, int? Timestamp, int? SerialNumber)
{
    /// <summary>The names under which a column is taken for the time, the first that is there.</summary>
    private static readonly string[] TimestampNames = ["timestamp", "time", "date", "datetime"];

    /// <summary>Reads the header; <paramref name="problem"/> says why it cannot serve.</summary>
    /// <param name="header">The names in the file.</param>
    /// <param name="map">Column name to attribute name.</param>
    /// <param name="timestampColumn">The configured column of the time; null to find it by its name.</param>
    /// <param name="needsTimestamp">Whether a file without a time will not do.</param>
    /// <param name="problem">Null when the result is not.</param>
    public static CsvColumns? TryResolve(
        IReadOnlyList<string> header, IReadOnlyDictionary<string, string> map, string? timestampColumn, bool needsTimestamp, out string? problem)
    {
        problem = null;
        var columns = header.Select(n => n.Trim()).ToList();
        var names = string.Join(", ", columns);
        if (map.Keys.FirstOrDefault(k => !columns.Contains(k)) is { } missing) problem = $"there is no column '{missing}'; the header has {names}";

        var timestamp = timestampColumn is not null
            ? columns.IndexOf(timestampColumn)
            : TimestampNames.Select(n => columns.FindIndex(c => c.Equals(n, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(i => i >= 0, -1);
        if (timestampColumn is not null && timestamp < 0) problem = $"there is no column '{timestampColumn}'; the header has {names}";
        else if (timestamp < 0 && needsTimestamp) problem = $"no column is called {string.Join(", ", TimestampNames)} (the header has {names}): set source.timestampColumn, or source.timestamps to \"now\"";

        var serialNumber = columns.IndexOf(ReadingJson.SerialNumberName);
        var attributes = columns.Select(c => map.GetValueOrDefault(c, c)).ToList();
        var twice = attributes.Where((_, i) => i != timestamp).GroupBy(n => n).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null) problem ??= $"two columns are called '{twice.Key}'";
        return problem is null ? new CsvColumns(attributes, timestamp < 0 ? null : timestamp, serialNumber < 0 ? null : serialNumber) : null;
    }
}

/// <summary>What the text of a field stands for.</summary>
internal static class CsvField
{
    /// <summary>True for the texts by which programs write an undefined or infinite number.</summary>
    public static bool IsNotANumber(string field) =>
        field.Trim().TrimStart('+', '-').ToUpperInvariant() is "NAN" or "INF" or "INFINITY";

    /// <summary>A number, true or false, or text; null when the field says that there is no value.</summary>
    public static ReadingValue? ToValue(string field)
    {
        var text = field.Trim();
        if (text is "" or "NA") return null;
        if (DecimalText.IsNumber(text)) return new ReadingValue.Number(text);
        if (bool.TryParse(text, out var flag)) return ReadingValue.Of(flag);
        return new ReadingValue.String(field);
    }
}
