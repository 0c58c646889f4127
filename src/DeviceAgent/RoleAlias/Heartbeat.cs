using DeviceAgent.Readings;
using DeviceAgent.Spool;
using DeviceAgent.Upload;

namespace DeviceAgent.RoleAlias;

/// <summary>A reading of the agent's own: <c>heartbeat: true</c>. It proves a role when there is no other to do it with.</summary>
internal sealed class Heartbeat(string serialNumber, LiveTimestamps timestamps)
{
    public const string Attribute = "heartbeat";

    /// <summary>The reading, with a timestamp that no other has; null while the time is not known.</summary>
    public IReadOnlyList<PendingReading>? Next()
    {
        if (timestamps.Next(serialNumber) is not { } timestamp) return null;
        var reading = new Reading(serialNumber, timestamp, [KeyValuePair.Create<string, ReadingValue>(Attribute, new ReadingValue.Flag(true))]);
        var record = new SpoolRecord(0, SpoolClass.Normal, timestamp, null, ReadOnlyMemory<byte>.Empty, IsSound: true);
        return [new PendingReading(record, reading)];
    }
}
