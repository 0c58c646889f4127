using DeviceAgent.Sensing;
using DeviceAgent.Spool;

namespace DeviceAgent.Upload;

/// <summary>What goes into one request: records in the spool's order, up to the first whose key is in the batch already.</summary>
/// <param name="Items">To be sent.</param>
/// <param name="Damaged">Records that cannot be read back, each with the reason.</param>
internal sealed record Batch(IReadOnlyList<PendingItem> Items, IReadOnlyList<(SpoolRecord Record, string Reason)> Damaged)
{
    public static Batch From(IReadOnlyList<SpoolRecord> records, ItemMapper mapper)
    {
        var items = new List<PendingItem>(records.Count);
        var damaged = new List<(SpoolRecord, string)>();
        var keys = new HashSet<ItemKey>();
        foreach (var record in records)
        {
            if (!TryRestore(record, out var reading, out var reason))
            {
                damaged.Add((record, reason));
                continue;
            }

            var key = new ItemKey(reading.SerialNumber, TimestampText.Format(reading.Timestamp));
            if (!keys.Add(key)) break;
            items.Add(new PendingItem(record, key, mapper.ToItem(reading)));
        }

        return new Batch(items, damaged);
    }

    private static bool TryRestore(SpoolRecord record, out Reading reading, out string reason)
    {
        reading = new Reading("", record.Timestamp, []);
        reason = "the checksum does not match: the medium changed the row";
        if (!record.IsSound) return false;
        var sample = ReadingJson.TryRead(record.Payload, out var problem);
        reason = problem ?? "the reading has no serial number";
        if (sample?.SerialNumber is not { Length: > 0 } serialNumber) return false;
        reading = new Reading(serialNumber, record.Timestamp, sample.Attributes);
        return true;
    }
}
