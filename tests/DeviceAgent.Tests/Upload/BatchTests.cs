using DeviceAgent.Upload;

namespace DeviceAgent.Tests.Upload;

public class BatchTests
{
    private static readonly ItemMapper Mapper = new(TestItems.Table);

    [Fact]
    public void From_DifferentKeys_TakesThemAllInOrder() =>
        Assert.Equal(Enumerable.Range(1, 25).Select(i => (long)i), TestItems.Items(25).Select(i => i.Record.Sequence));

    [Fact]
    public void From_SameKeyTwice_EndsBeforeTheSecond()
    {
        var batch = Batch.From([TestItems.Record(1, 10), TestItems.Record(2, 11), TestItems.Record(3, 10), TestItems.Record(4, 12)], Mapper);
        Assert.Equal([1L, 2L], batch.Items.Select(i => i.Record.Sequence));
    }

    [Fact]
    public void From_DamagedRecords_ToldApartWithTheReason()
    {
        var batch = Batch.From(
            [
                TestItems.Record(1, 1) with { IsSound = false },
                TestItems.Record(2, 2) with { Payload = "{"u8.ToArray() },
                TestItems.Record(3, 3) with { Payload = "{\"a\":1}"u8.ToArray() },
                TestItems.Record(4, 4),
            ],
            Mapper);
        Assert.Equal([4L], batch.Items.Select(i => i.Record.Sequence));
        Assert.Equal([1L, 2L, 3L], batch.Damaged.Select(d => d.Record.Sequence));
        Assert.Contains("checksum", batch.Damaged[0].Reason, StringComparison.Ordinal);
        Assert.Contains("not JSON", batch.Damaged[1].Reason, StringComparison.Ordinal);
        Assert.Contains("no serial number", batch.Damaged[2].Reason, StringComparison.Ordinal);
    }
}
