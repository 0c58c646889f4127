using System.Globalization;

namespace DeviceAgent.Testbed.Demo;

/// <summary>
/// The recorded room readings that the devices of the demonstration replay, read here independently of the agent, to
/// judge what it wrote.
/// </summary>
internal sealed class RoomReadings
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly IReadOnlyList<(DateTime Timestamp, IReadOnlyDictionary<string, decimal> Values)> _lines;
    private readonly TimeSpan _span;

    private RoomReadings(IReadOnlyList<(DateTime, IReadOnlyDictionary<string, decimal>)> lines)
    {
        _lines = lines;
        _span = lines[^1].Item1 - lines[0].Item1 + Interval;
    }

    /// <summary>The file as it is shipped with the agent.</summary>
    public static string Path => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(AgentProcess.Program)!, "Data", "occupancy.csv");

    public int Count => _lines.Count;

    public static RoomReadings Load()
    {
        var rows = File.ReadLines(Path).Select(line => line.Split(',').Select(field => field.Trim('"')).ToList()).ToList();
        // R's way of writing a table: the header has no name for the first column, the row's own.
        var names = rows[0].Skip(1).ToList();
        return new RoomReadings(rows.Skip(1).Select(row => (
            DateTime.ParseExact(row[1], "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            (IReadOnlyDictionary<string, decimal>)names.Zip(row.Skip(2)).ToDictionary(p => p.First, p => decimal.Parse(p.Second, NumberStyles.Float, CultureInfo.InvariantCulture)))).ToList());
    }

    /// <summary>When a reading was made; those of each further round of the replay are later by the length of the recording.</summary>
    /// <param name="number">0 is the first one.</param>
    public DateTime TimestampOf(long number) => _lines[(int)(number % Count)].Timestamp + (number / Count * _span);

    /// <summary>
    /// The reading with which a replay goes on behind this timestamp: the next one, or one shortly before it that came after the usual interval, so that the rounds of the
    /// agent, which knows only what it replays, stay as long as the recording. 0 when the timestamp is none of the recording's.
    /// </summary>
    public long BeginningAfter(DateTime timestamp)
    {
        var number = Line(timestamp) is { } line ? line.Number + 1 : 0;
        while (number > 0 && TimestampOf(number) - TimestampOf(number - 1) != Interval) number--;
        return number;
    }

    /// <summary>
    /// The line (0 is the first reading) that a device must have written under this timestamp; null when there is none. Each further round of
    /// the replay has the same values, later by the length of the recording.
    /// </summary>
    public (long Number, IReadOnlyDictionary<string, decimal> Values)? Line(DateTime timestamp)
    {
        var round = (long)Math.Floor((timestamp - _lines[0].Timestamp) / _span);
        if (round < 0) return null;
        var recorded = timestamp - (round * _span);
        var (low, high) = (0, _lines.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (_lines[middle].Timestamp == recorded) return ((round * _lines.Count) + middle, _lines[middle].Values);
            if (_lines[middle].Timestamp < recorded) low = middle + 1;
            else high = middle - 1;
        }

        return null;
    }
}
