using System.Runtime.CompilerServices;
using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Readings.Sources;

/// <summary>A CSV file with a header. What its rows look like and what its columns hold is decided by the first rows that are sound.</summary>
/// <param name="open">Opens the file.</param>
/// <param name="options">Its form.</param>
/// <param name="timestamps">Reads the column of the time.</param>
/// <param name="notice">Told what was decided where the rows disagree.</param>
internal sealed class CsvRecording(Func<Stream> open, CsvOptions options, TimestampReader timestamps, Action<string>? notice = null) : IRecording
{
    private const int FirstRows = 20;

    /// <inheritdoc cref="FindHeaderProblemAsync"/>
    public string? FindHeaderProblem() => FindHeaderProblemAsync(CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>What is wrong with the header, or null.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no text.</exception>
    public async Task<string?> FindHeaderProblemAsync(CancellationToken cancellationToken)
    {
        var stream = new Utf8Stream(open(), options.Encoding);
        await using var _ = stream.ConfigureAwait(false);
        return (await ReadHeaderAsync(new CsvReader(stream, options.Delimiter), cancellationToken).ConfigureAwait(false)).Problem;
    }

    /// <exception cref="InvalidDataException">The header cannot serve.</exception>
    public async IAsyncEnumerable<ReplayLine> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = new Utf8Stream(open(), options.Encoding);
        await using var _ = stream.ConfigureAwait(false);
        var reader = new CsvReader(stream, options.Delimiter);
        var (header, problem) = await ReadHeaderAsync(reader, cancellationToken).ConfigureAwait(false);
        if (header is null) throw new InvalidDataException(problem);
        reader.IsWhole = fields => CsvShape.IsRow(header, fields, IsTime);

        var first = new List<CsvRecord>();
        while (first.Count < FirstRows && await reader.ReadAsync(cancellationToken).ConfigureAwait(false) is { } record) first.Add(record);
        var rows = new CsvRows(header, CsvShape.Of(header, options.Delimiter, [.. first.Where(r => r.Problem is null)], IsTime), options, timestamps, notice);
        rows.Decide(first);
        foreach (var record in first) yield return rows.Read(record);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false) is { } record)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return rows.Read(record);
        }
    }

    private bool IsTime(string text) => timestamps.TryRead(options.NumberOf(text), out _) is not null;

    private async Task<(CsvHeader? Header, string? Problem)> ReadHeaderAsync(CsvReader reader, CancellationToken cancellationToken)
    {
        if (await reader.ReadAsync(cancellationToken).ConfigureAwait(false) is not { } first) return (null, "the file is empty: the first line must name the columns");
        if (first.Problem is not null) return (null, $"line {first.Line}: {first.Problem}");
        return (CsvHeader.TryResolve(first.Fields, options, out var problem), problem);
    }
}

/// <summary>From the records of a CSV file to samples.</summary>
internal sealed class CsvRows(CsvHeader header, CsvShape shape, CsvOptions options, TimestampReader timestamps, Action<string>? notice = null)
{
    private readonly CsvColumn[] _columns =
        [.. header.Columns.Select(c => new CsvColumn(c, options.Types.TryGetValue(c, out var type) ? type : null, options.DecimalComma, notice))];

    /// <summary>Settles the types of the columns.</summary>
    public void Decide(IReadOnlyList<CsvRecord> first)
    {
        var rows = first.Where(r => r.Problem is null).Select(r => (r.Line, Fields: shape.TryFit(r, out _))).Where(r => r.Fields is not null).ToList();
        foreach (var (at, column) in _columns.Index())
        {
            if (at != header.Timestamp && at != header.SerialNumber) column.Decide([.. rows.Select(r => (r.Line, r.Fields![at]))]);
        }
    }

    public ReplayLine Read(CsvRecord record)
    {
        var problem = record.Problem;
        var fields = problem is null ? shape.TryFit(record, out problem) : null;
        var sample = fields is null ? null : ToSample(record.Line, fields, out problem);
        return new ReplayLine(record.Line, record.LastLine, sample is null ? null : sample with { LastLine = record.LastLine }, problem);
    }

    private Sample? ToSample(long line, IReadOnlyList<CsvField> fields, out string? problem)
    {
        problem = null;
        string? serialNumber = null;
        ReadingTime? timestamp = null;
        var attributes = new List<KeyValuePair<string, ReadingValue>>(fields.Count);
        foreach (var (at, field) in fields.Index())
        {
            string? wrong = null;
            if (at == header.Timestamp)
            {
                if (!options.NeedsTimestamp && string.IsNullOrWhiteSpace(field.Text)) continue;
                timestamp = timestamps.TryRead(options.NumberOf(field.Text), out wrong);
                if (wrong is not null) wrong = $"column {header.Columns[at]}: {Shown.Of(field.Text)} {wrong}";
            }
            else if (at == header.SerialNumber)
            {
                serialNumber = field.IsQuoted ? field.Text : field.Text.Trim();
                if (CsvColumn.IsMissing(field) || string.IsNullOrWhiteSpace(serialNumber)) wrong = $"column {header.Columns[at]}: {Shown.Of(field.Text)} is no serial number: write whose reading it is";
            }
            else if (header.Columns[at].Length == 0)
            {
                if (!string.IsNullOrWhiteSpace(field.Text)) wrong = $"field {at + 1} is {Shown.Of(field.Text)}, and its column has no name: name it in the header";
            }
            else if (_columns[at].TryRead(line, field, out wrong) is { } value)
            {
                attributes.Add(KeyValuePair.Create(header.Attributes[at], value));
            }

            problem ??= wrong;
        }

        return problem is null ? new Sample(attributes) { SerialNumber = serialNumber, Timestamp = timestamp, Line = line, IsRecorded = true } : null;
    }
}
