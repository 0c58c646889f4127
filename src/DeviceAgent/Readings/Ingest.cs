using DeviceAgent.Spool;

namespace DeviceAgent.Readings;

/// <summary>The one way in for readings: judged first and stamped then, so that a reading that is refused uses up no timestamp.</summary>
/// <param name="limits">What the sink can take.</param>
/// <param name="timestamps">For readings that bring none.</param>
/// <param name="serialNumber">For readings that bring none.</param>
internal sealed class Ingest(IReadingLimits limits, LiveTimestamps timestamps, string serialNumber)
{
    private readonly ReadingRules _rules = new(limits);

    /// <summary>What is to be spooled; null when the sample is refused, with <paramref name="problem"/> saying why.</summary>
    public SpoolEntry? TryAccept(Sample sample, SpoolClass @class, out string? problem)
    {
        var owner = sample.SerialNumber ?? serialNumber;
        problem = _rules.FindProblem(new Reading(owner, sample.Timestamp ?? default, sample.Attributes));
        if (problem is not null) return null;
        var timestamp = sample.Timestamp ?? timestamps.Next(owner);
        return new SpoolEntry(@class, timestamp, IsLive: sample.Timestamp is null, ReadingJson.Write(new Reading(owner, timestamp ?? default, sample.Attributes)));
    }
}
