namespace DeviceAgent.Readings.Sources.Replay;

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
