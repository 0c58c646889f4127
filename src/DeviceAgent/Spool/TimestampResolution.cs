using DeviceAgent.Clock;

namespace DeviceAgent.Spool;

/// <summary>A stored reading whose time is not known yet.</summary>
/// <param name="Sequence">Its number in the spool.</param>
/// <param name="BootId">The boot in which it was taken.</param>
/// <param name="Monotonic">When, on that boot's monotonic clock (<see cref="BootClock.Milliseconds"/>).</param>
/// <param name="Payload">The item as JSON.</param>
internal sealed record UnresolvedReading(long Sequence, string BootId, TimeSpan Monotonic, ReadOnlyMemory<byte> Payload);

/// <summary>A boot in which readings were taken whose time is not known yet.</summary>
/// <param name="BootId">Which.</param>
/// <param name="Last">When the last of them was taken, on that boot's monotonic clock.</param>
internal sealed record UnresolvedBoot(string BootId, TimeSpan Last);

/// <summary>What becomes of a reading whose time was not known.</summary>
/// <param name="Timestamp">Its timestamp.</param>
/// <param name="Payload">What it holds from now on; null when that stays as it is.</param>
internal readonly record struct ResolvedReading(DateTimeOffset Timestamp, byte[]? Payload = null);

/// <summary>Gives a row its time.</summary>
internal static class TimestampResolution
{
    public static SpoolRow Of(SpoolRow row, Func<UnresolvedReading, ResolvedReading> resolve)
    {
        var resolved = resolve(new UnresolvedReading(
            row.Sequence, row.BootId, TimeSpan.FromMilliseconds(row.Mono ?? 0), row.Payload));
        return row with { Timestamp = resolved.Timestamp.ToUnixTimeMilliseconds(), Payload = resolved.Payload is { } payload ? payload : row.Payload };
    }
}
