using DeviceAgent.Clock;
using DeviceAgent.Diagnostics;
using DeviceAgent.Settings;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Spool;

/// <summary>What is known of readings besides what the file holds. Not safe for use by two threads at once.</summary>
internal sealed class SpoolState(LiveOptions<SpoolOptions> options, BootClock clock, AgentMetrics metrics, ILogger logger)
{
    /// <summary>Readings that are held while the disk cannot be used.</summary>
    public MemoryRing Ring { get; } = new(options);

    public SequenceNumbers Numbers { get; } = new();

    /// <summary>Acknowledged, and not yet deleted from the file.</summary>
    public AcknowledgedRows Acknowledged { get; } = new(clock.Time);

    /// <summary>Acknowledged while the file was closed.</summary>
    public HashSet<long> AcknowledgedWhileClosed { get; } = [];

    /// <summary>On their way to the dead letters, and whether they have a row.</summary>
    public Dictionary<long, (NewDeadLetter Letter, bool HasRow)> ToDeadLetters { get; } = [];

    /// <summary>What the uploader took to send, as far as it has told: evicted last, for it may be in the table already.</summary>
    public HashSet<long> InFlight { get; set; } = [];

    public EvictionReport Evictions { get; } = new(metrics, clock.Time, logger);

    /// <summary>The newest timestamp of a live reading, in ms since 1970; <see cref="long.MinValue"/> when there was none.</summary>
    public long NewestLive { get; set; } = long.MinValue;

    /// <summary>The oldest row of the file, when that has been looked up since the last change.</summary>
    public SpoolRow? Oldest { get; set; }

    public bool IsGone(long sequence) => Acknowledged.Contains(sequence) || ToDeadLetters.ContainsKey(sequence);
}
