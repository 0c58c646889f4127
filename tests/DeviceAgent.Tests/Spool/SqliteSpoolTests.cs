using DeviceAgent.Clock;
using System.Text;
using DeviceAgent.Spool;
using DeviceAgent.TestSupport;
using DeviceAgent.Timing;
using Microsoft.Data.Sqlite;

namespace DeviceAgent.Tests.Spool;

public sealed class SqliteSpoolTests : IAsyncLifetime, IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new();
    private readonly RecordingLogger<SqliteSpool> _logger = new();
    private readonly CountedMetrics _metrics = new();
    private SqliteSpool _spool = null!;

    public Task InitializeAsync()
    {
        _spool = Open();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _spool.DisposeAsync();

    public void Dispose()
    {
        _metrics.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Append_BelowAllLimits_IsCommittedAfterTheDelay()
    {
        var append = Append("a");
        await SettleAsync();
        Assert.False(append.IsCompleted);
        Assert.Empty(await Peek());

        _time.Advance(TimeSpan.FromSeconds(5));
        await append;
        Assert.Equal(["a"], await Peek());
        Assert.Equal(1, _spool.Count);
    }

    [Fact]
    public async Task Append_Awaited_IsCommittedSoonWithAllThatIsThere()
    {
        var first = Append("a");
        await SettleAsync();
        _time.Advance(TimeSpan.FromSeconds(1));
        var awaited = _spool.AppendAsync(Entry("b") with { IsAwaited = true }, CancellationToken.None);
        await SettleAsync();
        _time.Advance(TimeSpan.FromMilliseconds(49));
        await SettleAsync();
        Assert.False(awaited.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await Task.WhenAll(first, awaited);

        // The next group has all its time again.
        var next = Append("c");
        await SettleAsync();
        _time.Advance(TimeSpan.FromSeconds(4));
        await SettleAsync();
        Assert.False(next.IsCompleted);
    }

    [Fact]
    public async Task Append_FullGroup_IsCommittedAtOnce()
    {
        var appends = Enumerable.Range(0, 63).Select(i => Append($"{i}")).ToList();
        await SettleAsync();
        Assert.DoesNotContain(appends, a => a.IsCompleted);
        await Append("63");
        await Task.WhenAll(appends);
        Assert.Equal(64, _spool.Count);
    }

    [Fact]
    public async Task Append_64Kilobytes_AreCommittedAtOnce()
    {
        var small = Append("a");
        await Append(new string('x', 64 * 1024));
        await small;
    }

    [Fact]
    public async Task Append_Critical_CommitsAtOnceWithAllThatWait()
    {
        var normal = Append("a");
        await _spool.AppendAsync(Entry("b", @class: SpoolClass.Critical), CancellationToken.None);
        await normal;
        Assert.Equal(["a", "b"], await Peek());
    }

    [Fact]
    public async Task Flush_WithAppendsWaiting_CommitsThem()
    {
        var append = Append("a");
        await _spool.FlushAsync(CancellationToken.None);
        await append;
    }

    [Fact]
    public async Task NextCommit_TakenBeforeTheAppend_Completes()
    {
        var next = _spool.NextCommit;
        await FillAsync("a");
        await next;
        Assert.NotSame(next, _spool.NextCommit);
    }

    [Theory]
    [InlineData((int)SpoolOrder.OldestFirst, "b d a c")]
    [InlineData((int)SpoolOrder.NewestFirst, "d b c a")]
    public async Task Peek_CriticalFirst_GivesThemBeforeAllOthers(int order, string expected)
    {
        foreach (var (text, @class) in new[] { ("a", SpoolClass.Normal), ("b", SpoolClass.Critical), ("c", SpoolClass.Low), ("d", SpoolClass.Critical) })
        {
            _ = _spool.AppendAsync(new SpoolEntry(@class, _time.GetUtcNow(), true, System.Text.Encoding.UTF8.GetBytes(text)), CancellationToken.None);
        }

        await _spool.FlushAsync(CancellationToken.None);
        var records = await _spool.PeekAsync(new SpoolQuery(4, (SpoolOrder)order, CriticalFirst: true), CancellationToken.None);
        Assert.Equal(expected, string.Join(' ', records.Select(r => System.Text.Encoding.UTF8.GetString(r.Payload.Span))));
    }

    [Fact]
    public async Task Peek_Twice_GivesTheSameRecords()
    {
        await FillAsync("a", "b", "c");
        Assert.Equal(["a", "b"], await Peek(2));
        Assert.Equal(["a", "b"], await Peek(2));
    }

    [Fact]
    public async Task Acknowledge_SomeOfThem_LeavesTheOthersInOrder()
    {
        await FillAsync("a", "b", "c", "d");
        var records = await _spool.PeekAsync(new SpoolQuery(4), CancellationToken.None);
        await Acknowledge(records[0], records[2]);
        Assert.Equal(["b", "d"], await Peek());
        Assert.Equal(2, _spool.Count);
        await Acknowledge(records[1]);
        Assert.Equal(["d"], await Peek());
    }

    [Fact]
    public async Task Acknowledge_FewRows_DeletesThemAfterAMinute()
    {
        await FillAsync("a", "b");
        await Acknowledge([.. await _spool.PeekAsync(new SpoolQuery(1), CancellationToken.None)]);
        Assert.Equal(2, await RowsAfterCrashAsync());
        _time.Advance(TimeSpan.FromSeconds(60));
        await SettleAsync();
        Assert.Equal(1, await RowsAfterCrashAsync());
    }

    [Fact]
    public async Task Acknowledge_500Rows_DeletesThemAtOnce()
    {
        await FillAsync([.. Enumerable.Range(0, 501).Select(i => $"{i}")]);
        await Acknowledge([.. await _spool.PeekAsync(new SpoolQuery(500), CancellationToken.None)]);
        await SettleAsync();
        Assert.Equal(1, await RowsAfterCrashAsync());
        Assert.Equal(["500"], await Peek());
    }

    [Fact]
    public async Task Dispose_CommitsAndDeletesWhatWaits()
    {
        await FillAsync("a", "b");
        await Acknowledge([.. await _spool.PeekAsync(new SpoolQuery(1), CancellationToken.None)]);
        var append = Append("c");
        await ReopenAsync();
        await append;
        Assert.Equal(["b", "c"], await Peek());
        Assert.Equal(2, _spool.Count);
    }

    [Fact]
    public async Task Append_AfterDispose_Fails()
    {
        await _spool.DisposeAsync();
        await Assert.ThrowsAsync<SpoolException>(() => Append("a"));
    }

    [Fact]
    public async Task Append_AfterARestartWithAnEmptySpool_DoesNotUseSequencesAgain()
    {
        await FillAsync("a");
        var first = Assert.Single(await _spool.PeekAsync(new SpoolQuery(1), CancellationToken.None));
        await Acknowledge(first);
        await ReopenAsync();
        await FillAsync("b");
        Assert.True(Assert.Single(await _spool.PeekAsync(new SpoolQuery(1), CancellationToken.None)).Sequence > first.Sequence);
    }

    [Fact]
    public async Task NewestLive_AcrossRestarts_IsRememberedThoughTheRowsAreGone()
    {
        Assert.Equal(DateTimeOffset.MinValue, _spool.NewestLive);
        await _spool.AppendAsync(Entry("recorded", Noon.AddYears(5), isLive: false, @class: SpoolClass.Critical), CancellationToken.None);
        await _spool.AppendAsync(Entry("live", Noon, @class: SpoolClass.Critical), CancellationToken.None);
        await ReopenAsync();
        Assert.Equal(Noon, _spool.NewestLive);

        await Acknowledge([.. await _spool.PeekAsync(new SpoolQuery(2), CancellationToken.None)]);
        await ReopenAsync();
        Assert.Equal(0, _spool.Count);
        Assert.Equal(Noon, _spool.NewestLive);
    }

    [Fact]
    public async Task NewestLive_AfterACrashAmongManyRows_IsFound()
    {
        for (var i = 0; i < 700; i++) _ = _spool.AppendAsync(Entry("x", Noon.AddSeconds(i)), CancellationToken.None);
        await _spool.FlushAsync(CancellationToken.None);
        using var crashed = CopyOfFiles();
        await using var recovered = Open(crashed.File("spool.db"));
        Assert.Equal(Noon.AddSeconds(699), recovered.NewestLive);
        Assert.Equal(700, recovered.Count);
    }

    [Fact]
    public async Task Age_OfALiveRecord_RunsOnTheMonotonicClock()
    {
        await FillAsync("a");
        await _spool.AppendAsync(Entry("b", isLive: false, @class: SpoolClass.Critical), CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(7));
        _time.StepWallClock(TimeSpan.FromDays(-400));
        var records = await _spool.PeekAsync(new SpoolQuery(2), CancellationToken.None);
        Assert.Equal(TimeSpan.FromSeconds(7), records[0].Age);
        Assert.Null(records[1].Age);

        await _spool.DisposeAsync();
        _spool = Open(bootId: "another boot");
        Assert.Null((await _spool.PeekAsync(new SpoolQuery(1), CancellationToken.None))[0].Age);
    }

    [Fact]
    public async Task Age_OfARecordThatWaitedForItsCommit_CountsFromItsAppend()
    {
        var append = Append("a");
        await SettleAsync();
        _time.Advance(TimeSpan.FromSeconds(5));
        await append;
        Assert.Equal(TimeSpan.FromSeconds(5), Assert.Single(await _spool.PeekAsync(new SpoolQuery(1), CancellationToken.None)).Age);
    }

    [Fact]
    public async Task SetAside_Record_GoesToTheDeadLettersWithItsReason()
    {
        await FillAsync("a", "b");
        await _spool.MoveToDeadLettersAsync((await _spool.PeekAsync(new SpoolQuery(1), CancellationToken.None))[0], "no good", CancellationToken.None);
        Assert.Equal(["b"], await Peek());
        Assert.Equal(1, _spool.Count);
        await _spool.DisposeAsync();
        Assert.Equal("a|no good", Query(_folder.File("spool.db"), "SELECT CAST(payload AS TEXT) || '|' || reason FROM dead_letters"));
    }

    [Fact]
    public async Task Peek_BlockChangedByTheMedium_IsQuarantined()
    {
        await FillAsync("a", "b");
        await _spool.DisposeAsync();
        Query(_folder.File("spool.db"), "UPDATE blocks SET readings = substr(readings, 1, 12) || X'00' || substr(readings, 14) WHERE seq = 1");
        _spool = Open();
        Assert.Empty(await Peek());
        Assert.Equal((1, 0), (_spool.Status.Quarantined, _spool.Status.Salvaged));
        await _spool.AppendAsync(Entry("c", @class: SpoolClass.Critical), CancellationToken.None);
        Assert.Equal(["c"], await Peek());
    }

    [Fact]
    public void Open_SecondOpener_IsRefusedWithAReason()
    {
        var refused = Assert.Throws<SpoolException>(() => Open());
        Assert.Contains("another process has it open", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_SpoolOfANewerAgent_IsRefused()
    {
        await _spool.DisposeAsync();
        Query(_folder.File("spool.db"), "PRAGMA user_version = 99; UPDATE marks SET value = 99 WHERE name = 'version'");
        Assert.Contains("newer agent", Assert.Throws<SpoolException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_Spool_IsInWalModeAndSaysItsVersion()
    {
        await FillAsync("a");
        Assert.True(File.Exists(_folder.File("spool.db-wal")));
        Assert.False(File.Exists(_folder.File("spool.db-shm")), "an exclusive connection needs no shared memory");
        Assert.Contains(_logger.Entries, e => e.Id == 2100 && e.Text.Contains("SQLite 3.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Wal_AQuarterOfAMegabyte_GoesBackIntoTheFile()
    {
        for (var i = 0; i < 80; i++) await _spool.AppendAsync(Entry(SpoolBench.Bulky(i, 60 * 1024), @class: SpoolClass.Critical), CancellationToken.None);
        Assert.InRange(new FileInfo(_folder.File("spool.db-wal")).Length, 0, 512 * 1024);
        Assert.True(new FileInfo(_folder.File("spool.db")).Length > 1024 * 1024);
    }

    [Fact]
    public async Task Wal_TenMinutesWithoutAWrite_GoesBackIntoTheFile()
    {
        await FillAsync("a");
        Assert.Equal(0, InTheFileAlone());
        await SettleAsync();
        _time.Advance(TimeSpan.FromMinutes(10));
        await SettleAsync();
        Assert.Equal(1, InTheFileAlone());

        long InTheFileAlone()
        {
            using var copy = new TemporaryFolder();
            File.Copy(_folder.File("spool.db"), copy.File("spool.db"));
            return long.Parse(Query(copy.File("spool.db"), "SELECT count(*) FROM blocks"), null);
        }
    }

    private SqliteSpool Open(string? path = null, string bootId = "boot") =>
        new(path ?? _folder.File("spool.db"), new SpoolOptions(), new BootClock(bootId, _time), _metrics.Metrics, new LoopWatch(_time), _logger);

    private async Task ReopenAsync()
    {
        await _spool.DisposeAsync();
        _spool = Open();
    }

    private static SpoolEntry Entry(string payload, DateTimeOffset? timestamp = null, bool isLive = true, SpoolClass @class = SpoolClass.Normal) =>
        new(@class, timestamp ?? Noon, isLive, Encoding.UTF8.GetBytes(payload));

    private Task Append(string payload) => _spool.AppendAsync(Entry(payload), CancellationToken.None);

    private async Task FillAsync(params string[] payloads)
    {
        var appends = payloads.Select(Append).ToList();
        await _spool.FlushAsync(CancellationToken.None);
        await Task.WhenAll(appends);
    }

    private async Task<List<string>> Peek(int max = 100) =>
        [.. (await _spool.PeekAsync(new SpoolQuery(max), CancellationToken.None)).Select(r => Encoding.UTF8.GetString(r.Payload.Span))];

    private Task Acknowledge(params SpoolRecord[] records) =>
        _spool.AcknowledgeAsync([.. records.Select(r => r.Sequence)], CancellationToken.None);

    /// <summary>The spool works through its queue in order: when it has answered twice, what came before is done, upkeep included.</summary>
    private async Task SettleAsync()
    {
        await _spool.PeekAsync(new SpoolQuery(1), CancellationToken.None);
        await _spool.PeekAsync(new SpoolQuery(1), CancellationToken.None);
    }

    private async Task<long> RowsAfterCrashAsync()
    {
        await SettleAsync();
        using var copy = CopyOfFiles();
        await using var crashed = Open(copy.File("spool.db"));
        return crashed.Count;
    }

    /// <summary>What a crash at this moment would leave.</summary>
    private TemporaryFolder CopyOfFiles()
    {
        var copy = new TemporaryFolder();
        foreach (var name in new[] { "spool.db", "spool.db-wal" }) File.Copy(_folder.File(name), copy.File(name));
        return copy;
    }

    private static string Query(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return $"{command.ExecuteScalar()}";
    }
}
