namespace DeviceAgent.Spool;

/// <summary>Gives a row its time.</summary>
internal static class TimeResolution
{
    /// <summary>In ms since 1970.</summary>
    public static long Of(SpoolRow row, Func<UnresolvedReading, DateTimeOffset> resolve) => resolve(
        new UnresolvedReading(row.Sequence, row.BootId, TimeSpan.FromMilliseconds(row.Mono ?? 0), PayloadSerialNumber.Of(row.Payload))).ToUnixTimeMilliseconds();
}
