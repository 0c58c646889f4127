namespace DeviceAgent.Spool;

/// <summary>Gives a row its time.</summary>
internal static class TimeResolution
{
    public static SpoolRow Of(SpoolRow row, Func<UnresolvedReading, ResolvedReading> resolve)
    {
        var resolved = resolve(new UnresolvedReading(
            row.Sequence, row.BootId, TimeSpan.FromMilliseconds(row.Mono ?? 0), PayloadSerialNumber.Of(row.Payload), row.Payload));
        return row with { Timestamp = resolved.Timestamp.ToUnixTimeMilliseconds(), Payload = resolved.Payload ?? row.Payload };
    }
}
