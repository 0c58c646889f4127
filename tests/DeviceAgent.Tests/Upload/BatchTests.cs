using DeviceAgent.Readings;
using DeviceAgent.Spool;
using DeviceAgent.Upload;

namespace DeviceAgent.Tests.Upload;

public class BatchTests
{
    [Fact]
    public void Add_DifferentKeys_TakesThemAllInOrder() =>
        Assert.Equal(Enumerable.Range(1, 25).Select(i => (long)i), TestItems.Items(25).Select(i => i.Record.Sequence));

    [Fact]
    public void Add_SameKeyTwice_HoldsTheLaterBack()
    {
        var batch = TestItems.BatchOf([TestItems.Record(1, 10), TestItems.Record(2, 11), TestItems.Record(3, 10), TestItems.Record(4, 12)]);
        Assert.Equal([1L, 2L, 4L], SequencesOf(batch));
    }

    [Fact]
    public void Add_SameKeyNewestFirst_HoldsTheLaterBackAsWell()
    {
        var batch = TestItems.BatchOf([TestItems.Record(4, 10), TestItems.Record(3, 11), TestItems.Record(1, 10)]);
        Assert.Equal([1L, 3L], SequencesOf(batch));
        Assert.Equal("10", TestItems.NumberOf(batch.Items[0]));
    }

    [Fact]
    public void Add_KeyUnderWay_IsHeldBack()
    {
        var batch = new Batch(TestItems.Limits, 25, new HashSet<ReadingKey> { TestItems.Key(11) });
        Assert.False(batch.Add([TestItems.Record(1, 10), TestItems.Record(2, 11), TestItems.Record(3, 11), TestItems.Record(4, 12)]));
        Assert.Equal([1L, 4L], SequencesOf(batch));
    }

    [Fact]
    public void Add_MoreThanTheSize_EndsThere()
    {
        var batch = new Batch(TestItems.Limits, 2, new HashSet<ReadingKey>());
        Assert.True(batch.Add([TestItems.Record(1, 1), TestItems.Record(2, 2), TestItems.Record(3, 3)]));
        Assert.True(batch.IsFull);
        Assert.Equal([1L, 2L], SequencesOf(batch));
    }

    [Theory]
    [InlineData(30_000, 4)]
    [InlineData(4_000, 25)]
    [InlineData(390_000, 1)]
    public void Add_LargeReadings_EndsAtTheTargetSize(int textBytes, int expected)
    {
        var batch = TestItems.BatchOf([.. Enumerable.Range(1, 30).Select(i => Large(i, textBytes))]);
        Assert.Equal(expected, batch.Items.Count);
        Assert.True(batch.IsFull || expected == 25);
    }

    [Fact]
    public void Add_DamagedRecords_ToldApartWithTheReason()
    {
        var batch = TestItems.BatchOf(
            [
                TestItems.Record(2, 2) with { Payload = "{"u8.ToArray() },
                TestItems.Record(3, 3) with { Payload = "{\"a\":1}"u8.ToArray() },
                TestItems.Record(4, 4),
            ]);
        Assert.Equal([4L], SequencesOf(batch));
        Assert.Equal([2L, 3L], batch.Damaged.Select(d => d.Record.Sequence));
        Assert.Contains("not JSON", batch.Damaged[0].Reason, StringComparison.Ordinal);
        Assert.Contains("no serial number", batch.Damaged[1].Reason, StringComparison.Ordinal);
    }

    private static SpoolRecord Large(int sequence, int textBytes)
    {
        var reading = TestItems.Reading(sequence, new KeyValuePair<string, ReadingValue>("text", new ReadingValue.String(new string('x', textBytes))));
        return TestItems.Record(sequence, sequence) with { Payload = ReadingJson.Write(reading) };
    }

    private static IEnumerable<long> SequencesOf(Batch batch) => batch.Items.Select(i => i.Record.Sequence);
}
