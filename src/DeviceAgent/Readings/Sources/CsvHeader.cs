namespace DeviceAgent.Readings.Sources;

/// <summary>What the columns of a CSV file mean: which one is the time, which one the serial number, what the others are called.</summary>
/// <param name="Columns">The names in the file, without the space around them; empty for a column without a name.</param>
/// <param name="Attributes">What they are called in the reading.</param>
/// <param name="Timestamp">The column of the time, from 0.</param>
/// <param name="SerialNumber">The column of the serial number, from 0.</param>
internal sealed record CsvHeader(IReadOnlyList<string> Columns, IReadOnlyList<string> Attributes, int? Timestamp, int? SerialNumber)
{
    /// <summary>The names under which a column is taken for the time.</summary>
    private static readonly string[] TimestampNames = ["timestamp", "time", "date", "datetime"];

    private static readonly char[] Delimiters = [',', ';', '\t', '|'];

    /// <summary>Reads the header; <paramref name="problem"/> says why it cannot serve, and what would.</summary>
    public static CsvHeader? TryResolve(IReadOnlyList<CsvField> header, CsvOptions options, out string? problem)
    {
        var columns = header.Select(f => f.Text.Trim()).ToList();
        var attributes = columns.Select(c => options.Columns.GetValueOrDefault(c, c)).ToList();
        problem = DelimiterProblem(header, options) ?? NameProblem(columns, attributes, options);
        if (problem is not null) return null;

        var timestamp = FindTimestamp(columns, options, out problem);
        problem ??= attributes.Where((a, i) => i != timestamp && a == ReadingJson.TimestampName).Any()
            ? $"a column is called {ReadingJson.TimestampName} and is not the time, which is '{(timestamp < 0 ? null : columns[timestamp])}': rename it with source.columns"
            : null;
        problem ??= ReservedProblem(columns, attributes, timestamp, options) ?? SerialNumberProblem(columns, attributes, options);
        var untyped = options.Types.Keys.FirstOrDefault(c => columns.IndexOf(c) is var at && (at == timestamp || attributes[at] == ReadingJson.SerialNumberName));
        if (untyped is not null) problem ??= $"the column '{untyped}' is the time or the serial number: leave it out of source.types";
        if (problem is not null) return null;
        var serialNumber = attributes.IndexOf(ReadingJson.SerialNumberName);
        return new CsvHeader(columns, attributes, timestamp < 0 ? null : timestamp, serialNumber < 0 ? null : serialNumber);
    }

    private static string? DelimiterProblem(IReadOnlyList<CsvField> columns, CsvOptions options)
    {
        var line = string.Join(options.Delimiter, columns.Where(c => !c.IsQuoted).Select(c => c.Text));
        if (line.StartsWith("sep=", StringComparison.OrdinalIgnoreCase)) return $"the first line is {Shown.Of(line)}: remove it, and name the delimiter in source.delimiter";
        var other = Delimiters.Where(d => d != options.Delimiter).MaxBy(d => line.Count(c => c == d));
        return line.Count(c => c == other) >= columns.Count
            ? $"the header is {(columns.Count == 1 ? "a single column" : $"{columns.Count} columns")} when it is read with '{CsvOptions.NameOf(options.Delimiter)}' ({Shown.Of(line)}): set source.delimiter to \"{CsvOptions.NameOf(other)}\""
            : null;
    }

    private static string? NameProblem(List<string> columns, List<string> attributes, CsvOptions options)
    {
        var names = string.Join(", ", columns);
        if (columns.All(c => c.Length == 0)) return "the header has no names: the first line must name the columns";
        if (LooksLikeData(columns, options)) return $"the first line looks like data, not like names ({Shown.Of(names)}): put a line with the names of the columns before it";
        foreach (var (key, asked) in new[] { ("columns", options.Columns.Keys), ("types", options.Types.Keys) })
        {
            if (asked.FirstOrDefault(c => !columns.Contains(c)) is { } missing) return $"there is no column '{missing}', which source.{key} names; the header has {names}";
        }

        var twice = attributes.Index().Where(a => a.Item.Length > 0).GroupBy(a => a.Item).FirstOrDefault(g => g.Count() > 1)?.ToList();
        return twice is null
            ? null
            : $"two columns are called '{twice[0].Item}' (columns {twice[0].Index + 1} and {twice[1].Index + 1}): give each a name of its own in the header";
    }

    /// <summary>Each row would be refused for such a name.</summary>
    private static string? ReservedProblem(List<string> columns, List<string> attributes, int timestamp, CsvOptions options)
    {
        foreach (var (at, name) in attributes.Index())
        {
            if (at == timestamp || name is ReadingJson.SerialNumberName or ReadingJson.TimestampName) continue;
            if (name == ReadingJson.EstimatedName || options.ReservedNames.Contains(name)) return $"the column '{columns[at]}' has the name of a key of the table or of its expiry: rename it with source.columns";
        }

        return null;
    }

    /// <summary>Serial_Number may be the serial number, as Timestamp is the time; or an attribute, as JSON would have it.</summary>
    private static string? SerialNumberProblem(List<string> columns, List<string> attributes, CsvOptions options)
    {
        if (attributes.Contains(ReadingJson.SerialNumberName)) return null;
        return columns.Find(c => c.Equals(ReadingJson.SerialNumberName, StringComparison.OrdinalIgnoreCase) && !options.Columns.ContainsKey(c)) is { } alike
            ? $"the column '{alike}' may be the serial number: write it {ReadingJson.SerialNumberName}, or say in source.columns.{alike} what it is"
            : null;
    }

    /// <summary>A time is no name; a number is one only where the column of the time has a name that can be known.</summary>
    private static bool LooksLikeData(List<string> columns, CsvOptions options) =>
        columns.Any(c => TimestampText.TryParse(c, out _))
        || (columns.Any(c => DecimalText.Normalize(c) is not null)
            && !columns.Any(c => c == options.TimestampColumn || options.Columns.ContainsKey(c) || TimestampNames.Contains(c, StringComparer.OrdinalIgnoreCase)));

    /// <summary>-1 when there is none and none is needed.</summary>
    private static int FindTimestamp(List<string> columns, CsvOptions options, out string? problem)
    {
        problem = null;
        var names = string.Join(", ", columns);
        if (options.TimestampColumn is { } configured)
        {
            var at = columns.IndexOf(configured);
            if (at < 0) problem = $"there is no column '{configured}', which source.timestampColumn names; the header has {names}";
            return at;
        }

        var found = columns.Index().Where(c => TimestampNames.Contains(c.Item, StringComparer.OrdinalIgnoreCase)).ToList();
        var own = found.Where(c => c.Item.Equals(ReadingJson.TimestampName, StringComparison.OrdinalIgnoreCase)).ToList();
        if (own.Count == 1) return own[0].Index;
        if (found.Count > 1) problem = $"the columns {string.Join(" and ", found.Select(c => $"'{c.Item}'"))} may each be the time: name one in source.timestampColumn";
        else if (found.Count == 0 && options.NeedsTimestamp)
            problem = $"no column is called {string.Join(", ", TimestampNames)} (the header has {names}): set source.timestampColumn, or source.timestamps to \"now\"";
        return found.Count == 1 ? found[0].Index : -1;
    }
}
