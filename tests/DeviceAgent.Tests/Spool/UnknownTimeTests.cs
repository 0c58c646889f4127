using DeviceAgent.Readings;
using DeviceAgent.Spool;

namespace DeviceAgent.Tests.Spool;

public sealed class UnknownTimeTests : SpoolTest
{
    private readonly List<UnresolvedReading> _asked = [];

    [Fact]
    public async Task Peek_ReadingWithoutATime_IsNotOffered()
    {
        await AppendAsync("SN1", "SN2");
        await Bench.FillAsync(0, 1);
        Assert.Equal(["0"], await Bench.PayloadsAsync());
        Assert.Equal((3, 2), (Bench.Spool.Count, Bench.Spool.Status.UnknownTime));
    }

    [Fact]
    public async Task Resolve_AfterARestart_KnowsBootMonotonicTimeAndSerialNumber()
    {
        Bench.Time.Advance(TimeSpan.FromSeconds(42));
        await AppendAsync("SN1", "SN2");
        await Bench.CrashAsync();
        Bench.Time.Advance(TimeSpan.FromSeconds(8));
        var commit = Bench.Spool.NextCommit;
        Assert.Equal(2, await ResolveAsync());
        await commit;
        Assert.Equal([("boot", 42.0, "SN1"), ("boot", 42.0, "SN2")], _asked.Select(r => (r.BootId, r.Monotonic.TotalSeconds, ReadingJson.SerialNumberOf(r.Payload.Span))));
        var records = await Bench.PeekAsync();
        Assert.Equal([SpoolBench.Noon.AddSeconds(42), SpoolBench.Noon.AddSeconds(42)], records.Select(r => r.Timestamp));
        Assert.Equal(0, Bench.Spool.Status.UnknownTime);
        await Bench.CrashAsync();
        Assert.Equal(SpoolBench.Noon.AddSeconds(42), Bench.Spool.NewestLive);
        Assert.Equal(0, await ResolveAsync());
    }

    [Fact]
    public async Task Resolve_ManyOnDiskAndSomeInMemory_GivesEachItsTime()
    {
        for (var i = 0; i < 12; i++) await AppendAsync([.. Enumerable.Repeat("SN1", 60)]);
        Bench.FreeBytes = -1;
        await AppendAsync("SN9");
        Assert.Equal(721, await ResolveAsync());
        Assert.Equal(721, (await Bench.PeekAsync()).Count);
        Assert.Equal(_asked.Select(r => r.Sequence).Order(), _asked.Select(r => r.Sequence));
        Bench.FreeBytes = long.MaxValue;
        await Bench.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(721, (await Bench.PeekAsync()).Count);
        Assert.Equal(721, Bench.Spool.Count);
    }

    [Fact]
    public async Task Resolve_ThatFails_TellsTheCallerAndChangesNothing()
    {
        await AppendAsync("SN1");
        await Assert.ThrowsAsync<InvalidOperationException>(() => Bench.Spool.ResolveTimesAsync(_ => _ => throw new InvalidOperationException("no clock"), CancellationToken.None));
        Assert.Equal(1, Bench.Spool.Status.UnknownTime);
        Assert.Equal(1, await ResolveAsync());
    }

    [Fact]
    public async Task Append_RecordedReadingWithoutATime_IsRefused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => Bench.Spool.AppendAsync(SpoolBench.Entry("x") with { Timestamp = null, IsLive = false }, CancellationToken.None));

    private Task<IReadOnlyList<AppendResult?>> AppendAsync(params string[] serialNumbers) =>
        Bench.AppendAsync([.. serialNumbers.Select(s => SpoolBench.Entry($$"""{"serial_number":"{{s}}","t":1}""") with { Timestamp = null })]);

    private Task<int> ResolveAsync() => Bench.Spool.ResolveTimesAsync(
        _ => reading =>
        {
            _asked.Add(reading);
            return new ResolvedReading(SpoolBench.Noon + reading.Monotonic);
        },
        CancellationToken.None);
}
