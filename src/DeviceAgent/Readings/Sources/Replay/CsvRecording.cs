using System.Runtime.CompilerServices;
using System.Text;

namespace DeviceAgent.Readings.Sources.Replay;

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
