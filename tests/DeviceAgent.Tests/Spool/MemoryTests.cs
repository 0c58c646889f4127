using DeviceAgent.Spool;
using static DeviceAgent.Tests.Spool.SpoolBench;

namespace DeviceAgent.Tests.Spool;

public sealed class MemoryTests() : SpoolTest(new SpoolOptions { QuotaBytes = SpoolBench.Quota, ReserveBytes = 1000, MemoryReadings = 50 })
{
    private const int CannotOpen = 14;

    public static TheoryData<string> Faults => ["reserve reached", "read-only"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Append_WhileTheDiskCannotBeWritten_IsHeldAndThenStored(string fault)
    {
        await Bench.FillAsync(0, 3);
        Break(fault, true);
        Assert.All(await Bench.FillAsync(3, 3), r => Assert.Equal(AppendResult.MemoryOnly, r));
        Assert.All(await Bench.FillAsync(6, 1), r => Assert.Equal(AppendResult.MemoryOnly, r));
        var status = Bench.Spool.Status;
        Assert.Equal((false, 4, 7), (status.OnDisk, status.InMemory, status.Count));
        Assert.NotNull(status.MemoryReason);
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6"], await Bench.PayloadsAsync());

        // The upload goes on.
        await Bench.AcknowledgeAsync((await Bench.PeekAsync()).Where(r => Text(r) is "1" or "4"));
        Assert.Equal(["0", "2", "3", "5", "6"], await Bench.PayloadsAsync());
        await Bench.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.False(Bench.Spool.Status.OnDisk);

        Break(fault, false);
        var commit = Bench.Spool.NextCommit;
        await Bench.AdvanceAsync(TimeSpan.FromSeconds(10));
        await commit;
        status = Bench.Spool.Status;
        Assert.Equal((true, 0, 5, null), (status.OnDisk, status.InMemory, status.Count, status.MemoryReason));
        Assert.Equal([AppendResult.Durable], await Bench.FillAsync(7, 1));
        await Bench.CrashAsync();
        Assert.Equal(["0", "2", "3", "5", "6", "7"], (await Bench.PayloadsAsync()).Where(p => p != "1"));
        Assert.Single(Bench.Logger.Entries, e => e.Id == 2102);
        Assert.Single(Bench.Logger.Entries, e => e.Id == 2103);
    }

    [Fact]
    public async Task Append_MoreThanTheMemoryHolds_PassesOverWhatIsUnderWayToTheTable()
    {
        _ = Bench.Spool;
        Bench.FreeBytes = 0;
        await Bench.FillAsync(0, 50);
        var underWay = await Bench.Spool.PeekAsync(new SpoolQuery(10, Except: new HashSet<long>()), CancellationToken.None);
        await Bench.FillAsync(50, 30);
        Assert.Equal(Enumerable.Range(0, 10).Concat(Enumerable.Range(40, 40)).Select(i => $"{i}"), await Bench.PayloadsAsync());
        await Bench.AcknowledgeAsync(underWay);
        Assert.Equal((40, 30L), ((int)Bench.Spool.Count, Bench.Metrics["readings.shed/normal"]));
    }

    [Fact]
    public async Task Append_MoreThanTheMemoryHolds_GivesUpTheOldestOfTheLowestClass()
    {
        _ = Bench.Spool;
        Bench.FreeBytes = 0;
        await Bench.FillAsync(0, 10, SpoolClass.Critical);
        await Bench.FillAsync(10, 60);
        Assert.Equal(20, Bench.Spool.Status.Evicted[SpoolClass.Normal]);
        Assert.Equal(50, Bench.Spool.Count);
        Assert.Equal([.. Enumerable.Range(0, 10).Concat(Enumerable.Range(30, 40)).Select(i => $"{i}")], await Bench.PayloadsAsync());
        Bench.FreeBytes = long.MaxValue;
        await Bench.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(50, Bench.Spool.Count);
        Assert.Equal(50, Bench.Metrics["readings.committed"]);
    }

    [Fact]
    public async Task Append_MemoryFullAndNewOnesToBeRefused_IsRefused()
    {
        Bench.Options = Bench.Options with { WhenFull = WhenFull.RefuseNew };
        _ = Bench.Spool;
        Bench.FreeBytes = 0;
        await Bench.FillAsync(0, 49);
        Assert.Equal([AppendResult.MemoryOnly, null], await Bench.FillAsync(49, 2));
    }

    [Fact]
    public async Task Open_DiskThatDoesNotWork_StartsInMemoryAndRenumbersWhenItDoes()
    {
        await Bench.FillAsync(0, 3);
        await Bench.CloseAsync();
        Bench.OpenError = CannotOpen;
        await Bench.FillAsync(3, 4);
        Assert.Equal(4, Bench.Spool.Status.InMemory);
        var underWay = await Bench.PeekAsync();
        Assert.Equal(["3", "4", "5", "6"], underWay.Select(Text));
        Bench.OpenError = 0;
        await Bench.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6"], await Bench.PayloadsAsync());
        Assert.Equal(["0", "1", "2", "5", "6"], (await Bench.PeekAsync(except: underWay.Take(2).Select(r => r.Sequence).ToHashSet())).Select(Text));
        await Bench.AcknowledgeAsync(underWay.Take(2));
        await Bench.Spool.MoveToDeadLettersAsync(underWay[2], "bad", CancellationToken.None);
        Assert.Equal(["0", "1", "2", "6"], await Bench.PayloadsAsync());
        await Bench.CloseAsync();
        Assert.Equal(["0", "1", "2", "6"], await Bench.PayloadsAsync());
        Assert.Equal(1, Bench.Spool.Status.DeadLetters);
    }

    [Fact]
    public async Task SetAside_WhileTheDiskCannotBeWritten_HappensWhenItCan()
    {
        await Bench.FillAsync(0, 2);
        Break("read-only", true);
        await Bench.FillAsync(2, 1);
        var records = await Bench.PeekAsync();
        await Bench.Spool.MoveToDeadLettersAsync(records[0], "bad", CancellationToken.None);
        await Bench.Spool.MoveToDeadLettersAsync(records[2], "bad too", CancellationToken.None);
        Assert.Equal(["1"], await Bench.PayloadsAsync());
        Assert.Equal((1, 2), (Bench.Spool.Count, Bench.Spool.Status.DeadLetters));
        Break("read-only", false);
        await Bench.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Equal((1, 2), (Bench.Spool.Count, Bench.Spool.Status.DeadLetters));
        Assert.Equal(["bad", "bad too"], (await Bench.Spool.DeadLettersAsync(0, 10, CancellationToken.None)).Select(l => l.Reason));
    }

    [Fact]
    public async Task Close_DiskThatDoesNotWork_SaysWhatIsLost()
    {
        Bench.OpenError = CannotOpen;
        await Bench.FillAsync(0, 4);
        await Bench.CloseAsync();
        Assert.Contains(Bench.Logger.Entries, e => e.Id == 2108 && e.Text.StartsWith("4 readings", StringComparison.Ordinal));
    }

    private void Break(string fault, bool isBroken)
    {
        if (fault == "reserve reached") Bench.FreeBytes = isBroken ? 1100 : long.MaxValue;
        else Bench.Connection!.Execute($"PRAGMA query_only = {(isBroken ? "ON" : "OFF")}");
    }
}
