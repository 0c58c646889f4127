using System.Globalization;

namespace DeviceAgent.Readings.Sources;

/// <summary>
/// What stands beside the named columns: nothing; a comma at the end of every line; or row numbers in front, as R and pandas write them.
/// Decided by most of the first rows, and only where nothing speaks against it; a row that is not so is refused, and never shifted.
/// </summary>
internal enum CsvSurplus
{
    /// <summary>Each row has as many fields as the header has names.</summary>
    None,

    /// <summary>Each row has one more field, the last, which is empty.</summary>
    EmptyLast,

    /// <summary>Each row has one more field, the first, which is the row's number.</summary>
    RowNumber,

    /// <summary>The first column has no name, and row numbers in it.</summary>
    UnnamedRowNumber,
}

/// <summary>Tells the rows of a file from those that only look like them.</summary>
internal sealed class CsvShape
{
    private readonly CsvHeader _header;
    private readonly char _delimiter;
    private readonly CsvSurplus _surplus;

    private CsvShape(CsvHeader header, char delimiter, CsvSurplus surplus) => (_header, _delimiter, _surplus) = (header, delimiter, surplus);

    private int Expected => _header.Columns.Count + (_surplus is CsvSurplus.EmptyLast or CsvSurplus.RowNumber ? 1 : 0);

    /// <param name="header">The columns.</param>
    /// <param name="delimiter">For messages.</param>
    /// <param name="rows">The first rows that are sound.</param>
    /// <param name="isTime">Whether a text is a time.</param>
    public static CsvShape Of(CsvHeader header, char delimiter, IReadOnlyList<CsvRecord> rows, Func<string, bool> isTime)
    {
        var names = header.Columns.Count;
        var longer = rows.Where(r => r.Fields.Count == names + 1).ToList();
        var surplus = CsvSurplus.None;
        if (header.Columns[0].Length == 0 && header.Timestamp != 0 && AreRowNumbers([.. rows.Where(r => r.Fields.Count == names)])) surplus = CsvSurplus.UnnamedRowNumber;
        else if (longer.Count * 2 > rows.Count)
        {
            if (longer.Count(IsEmptyAtEnd) * 2 > rows.Count && !longer.Any(r => IsTimeAt(r, 1))) surplus = CsvSurplus.EmptyLast;
            else if (AreRowNumbers(longer) && longer.Any(r => !IsEmptyAtEnd(r)) && TimesAgree()) surplus = CsvSurplus.RowNumber;
        }

        return new CsvShape(header, delimiter, surplus);

        bool IsTimeAt(CsvRecord row, int shift) => header.Timestamp is { } at && isTime(row.Fields[at + shift].Text);
        bool TimesAgree() => header.Timestamp is null ? AreConsecutive(longer) : !longer.Any(r => IsTimeAt(r, 0)) && longer.Count(r => IsTimeAt(r, 1)) * 2 > longer.Count;
    }

    /// <summary>
    /// Whether a line is a row by itself, in any of the shapes: then it is no part of a quoted text. It shows by its time; where there is no column of the
    /// time, by the number of its fields.
    /// </summary>
    public static bool IsRow(CsvHeader header, IReadOnlyList<CsvField> fields, Func<string, bool> isTime)
    {
        var names = header.Columns.Count;
        if (header.Timestamp is not { } at) return fields.Any(f => !IsEmpty(f)) && (fields.Count == names || (fields.Count == names + 1 && (IsRowNumber(fields[0]) || IsEmpty(fields[^1]))));
        if (fields.Count == names) return isTime(fields[at].Text);
        return fields.Count == names + 1 && (isTime(fields[at + 1].Text) ? IsRowNumber(fields[0]) : IsEmpty(fields[^1]) && isTime(fields[at].Text));
    }

    /// <summary>The fields of the named columns, one for each; null when the row does not have this shape.</summary>
    public IReadOnlyList<CsvField>? TryFit(CsvRecord row, out string? problem)
    {
        problem = row.Fields.Count == Expected ? SurplusProblem(row) : CountProblem(row);
        if (problem is not null) return null;
        return _surplus switch
        {
            CsvSurplus.EmptyLast => [.. row.Fields.SkipLast(1)],
            CsvSurplus.RowNumber => [.. row.Fields.Skip(1)],
            CsvSurplus.UnnamedRowNumber => [new CsvField("", IsQuoted: false), .. row.Fields.Skip(1)],
            _ => row.Fields,
        };
    }

    private string? SurplusProblem(CsvRecord row)
    {
        switch (_surplus)
        {
            case CsvSurplus.EmptyLast when !IsEmptyAtEnd(row):
                return $"field {Expected} is {Shown.Of(row.Fields[^1].Text)} and has no name in the header: quote the field that has {Delimiter} in it, or name the column";
            case CsvSurplus.EmptyLast when HasLooseText(row):
                return $"{Expected} fields, the last one empty, and a field that begins with a space: quote the field that has {Delimiter} in it";
            case CsvSurplus.RowNumber or CsvSurplus.UnnamedRowNumber when !IsRowNumber(row.Fields[0]):
                return $"field 1 is {Shown.Of(row.Fields[0].Text)}, where the rows before have their number: name the first column in the header";
            default:
                return null;
        }
    }

    private string CountProblem(CsvRecord row)
    {
        var counts = $"{row.Fields.Count} fields where {Expected} are expected";
        if (_surplus == CsvSurplus.RowNumber) counts += " (the first is the row's number)";
        if (_surplus == CsvSurplus.EmptyLast) counts += $" (each line ends with {Delimiter})";
        if (row.Fields.Count < Expected) return $"{counts}: write each field, an empty one where there is no value";
        return row.Fields.Count == Expected + 1 && IsEmptyAtEnd(row)
            ? $"{counts}: remove the {Delimiter} at the end of the line, or quote the field that has {Delimiter} in it"
            : $"{counts}: quote the field that has {Delimiter} in it, or name each column in the header";
    }

    private string Delimiter => $"'{CsvOptions.NameOf(_delimiter)}'";

    private static bool IsEmptyAtEnd(CsvRecord row) => IsEmpty(row.Fields[^1]);

    private static bool IsEmpty(CsvField field) => !field.IsQuoted && string.IsNullOrWhiteSpace(field.Text);

    /// <summary>A comma with a space behind it, once: part of a text rather than a delimiter.</summary>
    private static bool HasLooseText(CsvRecord row)
    {
        var inside = row.Fields.Skip(1).SkipLast(1).Where(f => !f.IsQuoted && f.Text.Length > 0).ToList();
        return inside.Any(f => f.Text[0] == ' ') && inside.Any(f => f.Text[0] != ' ');
    }

    private static bool IsRowNumber(CsvField field) => long.TryParse(field.Text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    /// <summary>
    /// Most rows have one, and most follow the one before by one, as a count does and a measured value does not: what only may be row numbers is not left out.
    /// A single row has the first number of R or pandas.
    /// </summary>
    private static bool AreRowNumbers(List<CsvRecord> rows)
    {
        var numbered = rows.Where(r => IsRowNumber(r.Fields[0])).ToList();
        if (numbered.Count * 2 <= rows.Count) return false;
        var numbers = RowNumbers(numbered).ToList();
        var steps = numbers.Zip(numbers.Skip(1), (one, next) => next - one).ToList();
        // A damaged line between two counts as well.
        var lines = numbered.Zip(numbered.Skip(1), (one, next) => next.Line - one.Line);
        return steps.Count == 0 ? numbers[0] is 0 or 1 : steps.All(s => s > 0) && steps.Zip(lines).Count(s => s.First == 1 || s.First == s.Second) * 2 > steps.Count;
    }

    private static bool AreConsecutive(List<CsvRecord> rows)
    {
        var numbers = RowNumbers(rows).ToList();
        return numbers.Count == rows.Count && numbers.Zip(numbers.Skip(1)).All(p => p.Second == p.First + 1);
    }

    private static IEnumerable<long> RowNumbers(List<CsvRecord> rows) =>
        rows.Select(r => r.Fields[0]).Where(IsRowNumber).Select(f => long.Parse(f.Text, NumberStyles.None, CultureInfo.InvariantCulture));
}
