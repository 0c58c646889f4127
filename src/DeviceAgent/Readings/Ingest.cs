using DeviceAgent.Readings.Reduction;
using DeviceAgent.Spool;

namespace DeviceAgent.Readings;

/// <summary>The one way in for readings: judged first and stamped then, so that a reading that is refused uses up no timestamp.</summary>
/// <param name="limits">What the sink can take.</param>
/// <param name="timestamps">For readings that bring none.</param>
/// <param name="serialNumber">For readings that bring none.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class Ingest(IReadingLimits limits, LiveTimestamps timestamps, string serialNumber)
{
    /// <summary>Readings of programs, of which an earlier one may be meant to be replaced: only what was taken shortly before counts.</summary>
    private const int Remembered = 16_384;

    /// <summary>Lines of a file.</summary>
    private const int RememberedLines = 65_536;

    private readonly ReadingRules _rules = new(limits);
    private readonly TakenKeys _taken = new(Remembered, isExact: false);
    private readonly TakenKeys _lines = new(RememberedLines, isExact: true);

    /// <summary>What has come in last.</summary>
    public LastReadings Last { get; } = new();

    /// <summary>What is to be spooled; null when the sample is refused, with <paramref name="problem"/> saying why.</summary>
    public SpoolEntry? TryAccept(Sample sample, SpoolClass @class, out string? problem) => TryAccept(sample, out problem)?.ToEntry(@class);

    /// <summary>The same as a reading, of which not all may be spooled.</summary>
    public AcceptedReading? TryAccept(Sample sample, out string? problem)
    {
        var accepted = Judge(sample, out problem);
        if (accepted is not null) Last.Note(accepted);
        return accepted;
    }

    private AcceptedReading? Judge(Sample sample, out string? problem)
    {
        var owner = sample.SerialNumber ?? serialNumber;
        problem = sample.Problem ?? _rules.FindProblem(new Reading(owner, sample.Timestamp ?? default, sample.Attributes));
        if (problem is not null) return null;
        if (sample.Timestamp is null)
        {
            var live = timestamps.Next(owner);
            var stamped = new Reading(owner, live is { } moment ? ReadingTime.ToTheMillisecond(moment) : default, sample.Attributes);
            return new AcceptedReading(stamped, IsLive: true, sample.IsRecorded, sample.IsSimulated, ReadingJson.Write(stamped));
        }

        return TryAccept(new Reading(owner, sample.Timestamp.Value, sample.Attributes), sample.IsRecorded, sample.IsSimulated, out problem);
    }

    /// <summary>The same for a window's item.</summary>
    public AcceptedReading? TryAccept(ClosedWindow window, out string? problem)
    {
        problem = _rules.FindProblem(window.Item);
        if (problem is not null) return null;
        return window.IsLive
            ? new AcceptedReading(window.Item, IsLive: true, window.IsRecorded, window.IsSimulated, ReadingJson.Write(window.Item))
            : TryAccept(window.Item, window.IsRecorded, window.IsSimulated, out problem);
    }

    private AcceptedReading? TryAccept(Reading reading, bool isRecorded, bool isSimulated, out string? problem)
    {
        problem = Take(isRecorded, reading);
        return problem is null ? new AcceptedReading(reading, IsLive: false, isRecorded, isSimulated, ReadingJson.Write(reading)) : null;
    }

    /// <summary>Notes the key; what is wrong when another reading has it.</summary>
    private string? Take(bool isRecorded, Reading reading) => (isRecorded ? _lines : _taken).Take(reading) switch
    {
        KeyUse.Other => $"{reading.SerialNumber} has a reading at {reading.Timestamp} already, with other values, and the table can hold only one: give it the time to the last digit, or a serial_number of its own",
        KeyUse.Unknown => $"at {reading.Timestamp} {reading.SerialNumber} may have a reading already, more than {RememberedLines} lines before: sort the file by its time",
        _ => null,
    };
}

/// <summary>A reading that may be spooled.</summary>
/// <param name="Reading">Its time is default while that is not known.</param>
/// <param name="IsLive">The agent stamped it.</param>
/// <param name="IsRecorded">It comes from a file.</param>
/// <param name="IsSimulated">Its values are made up, and its item is to say so.</param>
/// <param name="Payload">All of it as JSON.</param>
internal sealed record AcceptedReading(Reading Reading, bool IsLive, bool IsRecorded, bool IsSimulated, byte[] Payload)
{
    public SpoolEntry ToEntry(SpoolClass @class) => new(@class, Reading.Timestamp == default ? null : Reading.Timestamp.Moment, IsLive, Payload);

    /// <summary>Only some of its attributes.</summary>
    public AcceptedReading With(IReadOnlyList<KeyValuePair<string, ReadingValue>> attributes)
    {
        if (ReferenceEquals(attributes, Reading.Attributes)) return this;
        var part = Reading with { Attributes = attributes };
        return this with { Reading = part, Payload = ReadingJson.Write(part) };
    }
}
