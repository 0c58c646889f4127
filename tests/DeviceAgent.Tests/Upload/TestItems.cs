using DeviceAgent.Readings;
using DeviceAgent.Spool;
using DeviceAgent.Upload;
using DeviceAgent.Upload.DynamoDb;

namespace DeviceAgent.Tests.Upload;

/// <summary>Readings, records and items to upload.</summary>
internal static class TestItems
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static TableOptions Table { get; } = new() { Region = "us-east-1", TableName = "boiler-07" };

    /// <summary>About those of DynamoDB.</summary>
    public static RequestLimits Limits { get; } = new(25, 256 * 1024, BytesPerReading: 200, Expansion: 2);

    public static Reading Reading(int second, params KeyValuePair<string, ReadingValue>[] attributes) =>
        new("SN1", ReadingTime.ToTheMillisecond(Noon.AddSeconds(second)), attributes.Length > 0 ? attributes : [new("n", ReadingValue.Of(second))]);

    public static SpoolEntry Entry(int second, bool isLive = true, SpoolClass @class = SpoolClass.Normal) =>
        new(@class, Noon.AddSeconds(second), isLive, ReadingJson.Write(Reading(second)));

    public static SpoolRecord Record(long sequence, int second) =>
        new(sequence, SpoolClass.Normal, Noon.AddSeconds(second), null, ReadingJson.Write(Reading(second)));

    public static IReadOnlyList<PendingReading> Items(int count) => BatchOf([.. Enumerable.Range(1, count).Select(i => Record(i, i))]).Items;

    public static Batch BatchOf(IReadOnlyList<SpoolRecord> records, params ReadingKey[] underWay)
    {
        var batch = new Batch(Limits, 25, underWay.ToHashSet());
        batch.Add(records);
        return batch;
    }

    /// <summary>The attribute n, as it is uploaded.</summary>
    public static string NumberOf(PendingReading reading) => ReadingJson.TryReadStored(reading.Record.Payload, out _)!.Attributes.Select(a => a.Value).OfType<ReadingValue.Number>().Single().Digits;

    public static ReadingKey Key(int second) => new("SN1", TimestampText.Format(Noon.AddSeconds(second)));
}
