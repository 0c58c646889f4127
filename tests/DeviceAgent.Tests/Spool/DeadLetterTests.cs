using System.Text;
using DeviceAgent.Spool;

namespace DeviceAgent.Tests.Spool;

public sealed class DeadLetterTests() : SpoolTest(new SpoolOptions { QuotaBytes = SpoolBench.Quota, ReserveBytes = 0, DeadLetters = 5 })
{
    [Fact]
    public async Task DeadLetters_ByPages_ComeInOrder()
    {
        await MoveToDeadLettersAsync(4);
        var first = await Bench.Spool.DeadLettersAsync(0, 3, CancellationToken.None);
        var second = await Bench.Spool.DeadLettersAsync(first[^1].Id, 3, CancellationToken.None);
        Assert.Equal(["0", "1", "2", "3"], first.Concat(second).Select(Text));
        Assert.Equal((SpoolBench.Noon.AddSeconds(3), Bench.Time.GetUtcNow(), "reason 3"), (second[0].Timestamp, second[0].MovedAt, second[0].Reason));
    }

    [Fact]
    public async Task DeadLetters_MoreThanTheirBound_TheOldestGoAndItIsSaid()
    {
        await MoveToDeadLettersAsync(7);
        Assert.Equal(5, Bench.Spool.Status.DeadLetters);
        Assert.Equal(["2", "3", "4", "5", "6"], (await Bench.Spool.DeadLettersAsync(0, 10, CancellationToken.None)).Select(Text));
        Assert.Equal(2, Bench.Logger.Entries.Count(e => e.Id == 2106));
    }

    [Fact]
    public async Task Requeue_Some_PutsThemBehindTheOthersUnchanged()
    {
        await MoveToDeadLettersAsync(3);
        await Bench.FillAsync(10, 1);
        var letters = await Bench.Spool.DeadLettersAsync(0, 10, CancellationToken.None);
        var commit = Bench.Spool.NextCommit;
        Assert.Equal(2, await Bench.Spool.RequeueAsync([letters[0].Id, letters[2].Id, 999], CancellationToken.None));
        await commit;
        var records = await Bench.PeekAsync();
        Assert.Equal(["10", "0", "2"], records.Select(SpoolBench.Text));
        Assert.Equal(SpoolBench.Noon.AddSeconds(2), records[2].Timestamp);
        Assert.Equal((3, 1), (Bench.Spool.Count, Bench.Spool.Status.DeadLetters));
        await Bench.FillAsync(11, 1);
        Assert.Equal(1, await Bench.Spool.RequeueAsync(null, CancellationToken.None));
        await Bench.CrashAsync();
        Assert.Equal(["10", "0", "2", "11", "1"], await Bench.PayloadsAsync());
    }

    [Fact]
    public async Task Requeue_WithoutRoom_LeavesThemWhereTheyAre()
    {
        Bench.Options = Bench.Options with { WhenFull = WhenFull.RefuseNew };
        await MoveToDeadLettersAsync(3);
        await Bench.FillAsync(10, 998);
        Assert.Equal(2, await Bench.Spool.RequeueAsync(null, CancellationToken.None));
        Assert.Equal(1, Bench.Spool.Status.DeadLetters);
    }

    private async Task MoveToDeadLettersAsync(int count)
    {
        await Bench.FillAsync(0, count);
        foreach (var record in await Bench.PeekAsync()) await Bench.Spool.MoveToDeadLettersAsync(record, $"reason {SpoolBench.Text(record)}", CancellationToken.None);
    }

    private static string Text(DeadLetter letter) => Encoding.UTF8.GetString(letter.Payload.Span).TrimEnd();
}
