using DeviceAgent.Readings;
using DeviceAgent.Spool;
using DeviceAgent.Upload;

namespace DeviceAgent.RoleAlias;

/// <summary>An item of the agent's own: key and <c>heartbeat: true</c>. It proves a role when there is no reading to do it with.</summary>
internal sealed class Heartbeat(string serialNumber, LiveTimestamps timestamps, ItemMapper mapper)
{
    public const string Attribute = "heartbeat";

    /// <summary>The item, with a timestamp that no reading has; null while the time is not known.</summary>
    public IReadOnlyList<PendingItem>? Next()
    {
        if (timestamps.Next(serialNumber) is not { } timestamp) return null;
        var key = new ItemKey(serialNumber, TimestampText.Format(timestamp));
        var reading = new Reading(serialNumber, timestamp, [KeyValuePair.Create<string, ReadingValue>(Attribute, new ReadingValue.Flag(true))]);
        var record = new SpoolRecord(0, SpoolClass.Normal, timestamp, null, ReadOnlyMemory<byte>.Empty, IsSound: true);
        return [new PendingItem(record, key, mapper.ToItem(reading, key))];
    }
}
