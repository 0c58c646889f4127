using DeviceAgent.Spool;
using static DeviceAgent.Tests.Spool.SpoolBench;

namespace DeviceAgent.Tests.Spool;

public sealed class QuotaTests : SpoolTest
{
    [Fact]
    public async Task DropOldest_QuotaReached_GivesUpExactlyWhatIsTooMuch()
    {
        await Bench.FillAsync(0, 990);
        Assert.Equal(0, Bench.Spool.Status.Evicted[SpoolClass.Normal]);
        await Bench.FillAsync(990, 25);
        var status = Bench.Spool.Status;
        Assert.Equal(15, status.Evicted[SpoolClass.Normal]);
        Assert.Equal(1000, status.Count);
        Assert.Equal(SpoolBench.Quota, status.Bytes);
        Assert.Equal(15, Bench.Metrics["readings.shed/normal"]);
        Assert.Equal(Enumerable.Range(15, 1000).Select(i => $"{i}"), await Bench.PayloadsAsync());
    }

    [Fact]
    public async Task DropOldest_OfSeveralClasses_BeginsWithTheLowest()
    {
        await Bench.FillAsync(0, 5, SpoolClass.Critical);
        await Bench.FillAsync(5, 985);
        await Bench.FillAsync(990, 10, SpoolClass.Low);
        await Bench.FillAsync(1000, 12);
        Assert.Equal((10, 2, 0), Shed());
        await Bench.FillAsync(1012, 1000, SpoolClass.Critical);
        Assert.Equal((10, 997, 5), Shed());
        Assert.Equal(1000, Bench.Spool.Status.CountByClass[SpoolClass.Critical]);
    }

    [Fact]
    public async Task DropOldest_NewReadingOfTheLowestClass_IsItselfRefused()
    {
        await Bench.FillAsync(0, 1000);
        Assert.Equal([null], await Bench.FillAsync(1000, 1, SpoolClass.Low));
        Assert.Equal((0, 0, 0), Shed());
        Assert.Equal(1000, Bench.Spool.Count);
    }

    [Fact]
    public async Task DropOldest_AcknowledgedRows_GoFirst()
    {
        await Bench.FillAsync(0, 1000);
        await Bench.AcknowledgeAsync(await Bench.PeekAsync(100));
        await Bench.FillAsync(1000, 100);
        Assert.Equal((0, 0, 0), Shed());
        Assert.Equal(1000, Bench.Spool.Count);
    }

    [Fact]
    public async Task DropOldest_RowsUnderWayToTheTable_ArePassedOverAndLaterGivenUpInTheirTurn()
    {
        await Bench.FillAsync(0, 1000);
        await Bench.Spool.PeekAsync(new SpoolQuery(25, Except: new HashSet<long>()), CancellationToken.None);
        await Bench.FillAsync(1000, 20);
        Assert.Equal(Enumerable.Range(0, 25).Concat(Enumerable.Range(45, 975)).Select(i => $"{i}"), await Bench.PayloadsAsync());

        await Bench.Spool.PeekAsync(new SpoolQuery(1, Except: new HashSet<long>()), CancellationToken.None);
        await Bench.FillAsync(1020, 25);
        Assert.Equal(Enumerable.Range(0, 1).Concat(Enumerable.Range(46, 999)).Select(i => $"{i}"), await Bench.PayloadsAsync());
        Assert.Equal((0, 45, 0), Shed());
    }

    [Fact]
    public async Task DropOldest_OnlyRowsUnderWayAreLeft_GivesThemUp()
    {
        await Bench.FillAsync(0, 25);
        await Bench.Spool.PeekAsync(new SpoolQuery(25, Except: new HashSet<long>()), CancellationToken.None);
        await Bench.FillAsync(25, 990, SpoolClass.Critical);
        Assert.Equal((0, 15, 0), Shed());
        Assert.Equal(1000, Bench.Spool.Count);
    }

    [Fact]
    public async Task Acknowledge_RowThatWasGivenUpMeanwhile_DoesNothing()
    {
        await Bench.FillAsync(0, 1000);
        var underWay = await Bench.PeekAsync(25);
        await Bench.FillAsync(1000, 20);
        await Bench.AcknowledgeAsync(underWay);
        await Bench.Spool.MoveToDeadLettersAsync(underWay[0], "late", CancellationToken.None);
        Assert.Equal(995, Bench.Spool.Count);
        Assert.Equal(0, Bench.Spool.Status.DeadLetters);
        await Bench.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(995, Bench.Spool.Count);
        Assert.Equal("25", (await Bench.PayloadsAsync())[0]);
    }

    [Fact]
    public async Task RefuseNew_QuotaReached_RefusesAndKeepsTheStored()
    {
        Bench.Options = Bench.Options with { WhenFull = WhenFull.RefuseNew };
        await Bench.FillAsync(0, 998);
        Assert.Equal([AppendResult.Durable, AppendResult.Durable, null, null], await Bench.FillAsync(998, 4));
        Assert.Equal((0, 0, 0), Shed());
        Assert.Equal("0", (await Bench.PayloadsAsync())[0]);
        await Bench.AcknowledgeAsync(await Bench.PeekAsync(1));
        Assert.Equal([AppendResult.Durable], await Bench.FillAsync(1002, 1));
    }

    [Fact]
    public async Task Append_LargerThanTheQuota_IsRefused()
    {
        Assert.Equal([null], await Bench.AppendAsync(Entry(new string('x', (int)SpoolBench.Quota))));
        Assert.Equal([AppendResult.Durable], await Bench.FillAsync(0, 1));
    }

    [Theory]
    [InlineData(2450)]
    [InlineData(100)]
    [InlineData(2100)]
    [InlineData(4200)]
    [InlineData(70_000)]
    public async Task File_WhateverTheSizeOfTheReadings_StaysBounded(int size)
    {
        Bench.Options = Bench.Options with { QuotaBytes = 1024 * 1024 };
        var count = 3 * 1024 * 1024 / (size + 128);
        for (var i = 0; i < count; i += 50)
        {
            var results = await Bench.AppendAsync([.. Enumerable.Range(i, 50).Select(n => Entry(SpoolBench.Dense(n, size)))]);
            Assert.DoesNotContain(AppendResult.MemoryOnly, results);
        }

        var status = Bench.Spool.Status;
        Assert.True(status.OnDisk);
        Assert.Equal(Bench.Metrics["readings.spooled"], status.Count + status.Evicted[SpoolClass.Normal]);
        await Bench.CloseAsync();
        Assert.InRange(new FileInfo(Bench.Path).Length, 256 * 1024, (1536 + 256) * 1024);
    }

    [Fact]
    public async Task File_AfterADrain_GivesItsSpaceBack()
    {
        Bench.Options = Bench.Options with { QuotaBytes = 32 * 1024 * 1024 };
        for (var i = 0; i < 40; i++) await Bench.AppendAsync([.. Enumerable.Range(0, 50).Select(n => Entry(SpoolBench.Bulky(n, 8000)))]);
        await Bench.AdvanceAsync(TimeSpan.FromMinutes(10));
        Assert.InRange(new FileInfo(Bench.Path).Length, 3 * 1024 * 1024, 16 * 1024 * 1024);
        await Bench.AcknowledgeAsync(await Bench.PeekAsync());
        await Bench.AdvanceAsync(TimeSpan.FromMinutes(11));
        Assert.InRange(new FileInfo(Bench.Path).Length, 0, 64 * 1024);
        Assert.Equal(0, Bench.Spool.Count);
        Assert.True(Bench.Spool.Status.OnDisk);
    }

    [Fact]
    public async Task Report_OfMuchShed_IsOneLineAMinute()
    {
        await Bench.FillAsync(0, 1000);
        for (var i = 0; i < 10; i++) await Bench.FillAsync(i, 10);
        await Bench.AdvanceAsync(TimeSpan.FromSeconds(59));
        Assert.Single(Bench.Logger.Entries, e => e.Id == 2105);
        await Bench.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(2, Bench.Logger.Entries.Count(e => e.Id == 2105));
        Assert.Contains("90 normal", Bench.Logger.Entries.Last(e => e.Id == 2105).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gauges_OfTheSpool_TellItsState()
    {
        await Bench.FillAsync(0, 3);
        Bench.Time.Advance(TimeSpan.FromSeconds(9));
        await Bench.Spool.MoveToDeadLettersAsync((await Bench.PeekAsync())[2], "bad", CancellationToken.None);
        Assert.Equal((2, 456, 9, 1), (Bench.Metrics["spool.depth"], Bench.Metrics["spool.bytes"], Bench.Metrics["spool.oldest_age_seconds"], Bench.Metrics["spool.dead_letters"]));
        Assert.Equal((3, 3, 2), (Bench.Metrics["readings.spooled"], Bench.Metrics["readings.committed"], Bench.Metrics["spool.commits"]));
    }

    private (long Low, long Normal, long Critical) Shed()
    {
        var shed = Bench.Spool.Status.Evicted;
        return (shed[SpoolClass.Low], shed[SpoolClass.Normal], shed[SpoolClass.Critical]);
    }
}
