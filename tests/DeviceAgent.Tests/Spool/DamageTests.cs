using System.Globalization;
using DeviceAgent.Spool;

namespace DeviceAgent.Tests.Spool;

public sealed class DamageTests : SpoolTest
{
    private const int PageSize = SpoolSchema.PageBytes;

    public DamageTests() : base(new SpoolOptions { QuotaBytes = 16 * 1024 * 1024, ReserveBytes = 0 })
    {
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("SQLite format 3\0 and then something else")]
    public async Task Open_FileThatIsNoSpool_IsSetAsideAsItIs(string content)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(content.Length == 0 ? "" : content.PadRight(5000));
        await File.WriteAllBytesAsync(Bench.Path, bytes);
        Assert.Equal([AppendResult.Durable], await Bench.FillAsync(0, 1));
        var aside = Assert.Single(Bench.Files(), f => f.EndsWith("spool.corrupt-20260301T120000Z.db", StringComparison.Ordinal));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(aside));
        Assert.Contains(Bench.Logger.Entries, e => e.Id == 2104 && e.Text.Contains(aside, StringComparison.Ordinal));
        Assert.Equal(1, Bench.Spool.Status.Quarantined);
    }

    [Fact]
    public async Task Open_PagesInTheMiddleDestroyed_SavesTheRowsOnBothSides()
    {
        await StoreAsync(900);
        await CorruptAsync(file =>
        {
            for (var page = 8; page < 11; page++) file.AsSpan(page * PageSize, PageSize).Fill(0xA5);
        });
        var payloads = await Bench.PayloadsAsync();
        Assert.InRange(payloads.Count, 700, 880);
        Assert.Equal(("0", "899"), (payloads[0], payloads[^1]));
        Assert.Equal(payloads.Order(Comparer<string>.Create((a, b) => Number(a).CompareTo(Number(b)))), payloads);
        var status = Bench.Spool.Status;
        Assert.Equal((1, payloads.Count + 2, 2), (status.Quarantined, status.Salvaged, status.DeadLetters));
        Assert.Equal(SpoolBench.Noon.AddSeconds(901), Bench.Spool.NewestLive);
        Assert.Equal([AppendResult.Durable], await Bench.FillAsync(900, 1));
        Assert.Equal("900", (await Bench.PayloadsAsync())[^1]);
    }

    [Fact]
    public async Task Open_FirstPageOfReadingsDestroyed_SavesTheOthers()
    {
        await StoreAsync(900);

        // Behind the header and the roots of three tables and two indexes.
        await CorruptAsync(file => file.AsSpan(6 * PageSize, PageSize).Fill(0xA5));
        var payloads = await Bench.PayloadsAsync();
        Assert.InRange(payloads.Count, 800, 890);
        Assert.NotEqual("0", payloads[0]);
        Assert.Equal("899", payloads[^1]);
    }

    [Fact]
    public async Task Peek_PageDestroyedWhileRunning_GoesOnWithANewFile()
    {
        await StoreAsync(900);
        await Bench.AdvanceAsync(TimeSpan.FromMinutes(10));
        Bench.Connection!.Execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA shrink_memory");
        await using (var file = new FileStream(Bench.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Position = 8 * PageSize;
            file.Write(new byte[PageSize]);
        }

        var payloads = await Bench.PayloadsAsync();
        Assert.InRange(payloads.Count, 800, 890);
        Assert.Equal("899", payloads[^1]);
        Assert.Equal([AppendResult.Durable], await Bench.FillAsync(900, 1));
        Assert.Equal(payloads.Count + 1, Bench.Spool.Count);
        Assert.Equal(1, Bench.Spool.Status.Quarantined);
        Assert.Contains(Bench.Logger.Entries, e => e.Id == 2107);
    }

    /// <summary>What has its number in two blocks could be read again and again, and never be acknowledged.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Peek_BlocksThatOverlap_SavesEachReadingOnce(bool newestFirst)
    {
        await Bench.FillAsync(0, 10);
        var rows = (await Bench.PeekAsync()).Skip(4).Take(3).Select(r => new SpoolRow(r.Sequence, r.Class, r.Timestamp.ToUnixTimeMilliseconds(), "boot", 0, r.Payload)).ToArray();
        Bench.Connection!.Execute(
            "INSERT INTO blocks VALUES ($seq, 0, 0, $readings)", ("$seq", rows[0].Sequence), ("$readings", BlockCodec.Encode(new ReadingBlock(rows[0].Sequence, rows))));
        Assert.Equal(10, (await Bench.PeekAsync(order: newestFirst ? SpoolOrder.NewestFirst : SpoolOrder.OldestFirst)).Count);
        Assert.Equal(1, Bench.Spool.Status.Quarantined);
        await Bench.AcknowledgeAsync(await Bench.PeekAsync());
        Assert.Empty(await Bench.PeekAsync());
    }

    /// <summary>A fault in the agent itself, or one of the machine that nobody thought of.</summary>
    [Fact]
    public async Task Append_ErrorThatNobodyExpected_IsHeldInMemoryAndTheSpoolGoesOn()
    {
        await Bench.FillAsync(0, 1);
        Bench.Space = () => throw new InvalidOperationException("unheard of");
        Assert.Equal([AppendResult.MemoryOnly], await Bench.FillAsync(1, 1));
        Assert.Contains("unheard of", Bench.Spool.Status.MemoryReason, StringComparison.Ordinal);
        await Bench.AdvanceAsync(TimeSpan.FromSeconds(10));
        await Bench.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Equal([AppendResult.MemoryOnly], await Bench.FillAsync(2, 1));

        Bench.Space = null;
        await Bench.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Equal([AppendResult.Durable], await Bench.FillAsync(3, 1));
        Assert.Equal(["0", "1", "2", "3"], await Bench.PayloadsAsync());
        Assert.Single(Bench.Logger.Entries, e => e.Id == 2112);
    }

    [Fact]
    public async Task Open_AfterACrash_NeedsNoSalvage()
    {
        await Bench.FillAsync(0, 900);
        await Bench.CrashAsync();
        Assert.Equal(900, (await Bench.PayloadsAsync()).Count);
        Assert.Equal(0, Bench.Spool.Status.Quarantined);
    }

    [Fact]
    public async Task Open_LogGoneAfterACrash_KeepsWhatIsInTheFile()
    {
        await Bench.FillAsync(0, 100);
        await Bench.AdvanceAsync(TimeSpan.FromMinutes(10));
        await Bench.FillAsync(100, 100);
        await Bench.CrashAsync();
        File.Delete(Bench.Path + "-wal");
        Assert.Equal(100, (await Bench.PayloadsAsync()).Count);
    }

    /// <summary>The log may hold all readings: it is never removed unread.</summary>
    [Theory]
    [InlineData("removed")]
    [InlineData("emptied")]
    [InlineData("first sector zero")]
    public async Task Open_FileIsNoneAndItsLogIsThere_SetsTheLogAsideAndSaysSo(string damage)
    {
        await Bench.FillAsync(0, 5);
        await Bench.CrashAsync();
        var log = await File.ReadAllBytesAsync(Bench.Path + "-wal");
        if (damage == "removed") File.Delete(Bench.Path);
        else if (damage == "emptied") await File.WriteAllBytesAsync(Bench.Path, []);
        else await File.WriteAllBytesAsync(Bench.Path, [.. new byte[512], .. (await File.ReadAllBytesAsync(Bench.Path)).Skip(512)]);

        Assert.Equal([AppendResult.Durable], await Bench.FillAsync(5, 1));
        var aside = Assert.Single(Bench.Files(), f => f.EndsWith("Z.db-wal", StringComparison.Ordinal));
        Assert.Equal(log, await File.ReadAllBytesAsync(aside));
        Assert.Contains(Bench.Logger.Entries, e => e.Id == 2104);
        Assert.Equal(["5"], await Bench.PayloadsAsync());
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(17, 0)]
    [InlineData(32 + 24 + 2048 + 700, 1)]
    public async Task Open_AByteOfTheLogIsWrong_KeepsACopyAndSaysThatReadingsAreLost(int at, int atLeast)
    {
        for (var i = 0; i < 10; i++) await Bench.FillAsync(i, 1);
        await Bench.CrashAsync();
        var path = Bench.Path + "-wal";
        var log = await File.ReadAllBytesAsync(path);
        log[at] ^= 0x10;
        await File.WriteAllBytesAsync(path, log);

        Assert.InRange((await Bench.PayloadsAsync()).Count, 0, 9 - atLeast);
        Assert.Equal([AppendResult.Durable], await Bench.FillAsync(10, 1));
        Assert.Single(Bench.Logger.Entries, e => e.Id == 2113);
        Assert.Equal(log, await File.ReadAllBytesAsync(Assert.Single(Bench.Files(), f => f.EndsWith("Z.db-wal", StringComparison.Ordinal))));
        await Bench.CrashAsync();
        await Bench.PayloadsAsync();
        Assert.Single(Bench.Logger.Entries, e => e.Id == 2113);
    }

    [Fact]
    public async Task Open_LogTornAfterACrash_KeepsTheWholeCommitsBeforeTheTear()
    {
        for (var i = 0; i < 20; i++) await Bench.FillAsync(i * 10, 10);
        await Bench.CrashAsync();
        var log = await File.ReadAllBytesAsync(Bench.Path + "-wal");
        for (var length = log.Length; length > 0; length -= log.Length / 7)
        {
            await File.WriteAllBytesAsync(Bench.Path + "-wal", log[..length]);
            var payloads = await Bench.PayloadsAsync();
            Assert.Equal(0, payloads.Count % 10);
            Assert.Equal(Enumerable.Range(0, payloads.Count).Select(i => $"{i}"), payloads);
            await Bench.CrashAsync();
        }

        Assert.DoesNotContain(Bench.Logger.Entries, e => e.Id == 2113);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Open_AfterACrashBetweenTheMovesOfASalvage_FinishesIt(int moves)
    {
        await StoreAsync(10);
        await Bench.CloseAsync();
        var salvage = Path.Combine(Bench.Folder, "spool.salvage.db");
        File.Copy(Bench.Path, salvage);
        await File.WriteAllTextAsync(Bench.Path + "-wal", "of the damaged file");
        var aside = Path.Combine(Bench.Folder, "spool.corrupt-20260101T000000Z.db");
        if (moves >= 1) File.Move(Bench.Path, aside);
        if (moves >= 2) File.Move(Bench.Path + "-wal", aside + "-wal");
        if (moves >= 3) File.Move(salvage, Bench.Path);
        Assert.Equal(10, (await Bench.PayloadsAsync()).Count);
        Assert.Single(Bench.Files(), f => f.EndsWith("Z.db-wal", StringComparison.Ordinal));
        Assert.False(File.Exists(salvage));
    }

    /// <summary>Bytes anywhere in the file: whatever is offered is what was stored, in order, and the spool works on.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 8)]
    [InlineData(3, 64)]
    [InlineData(4, 512)]
    public async Task Open_BytesChangedAnywhere_OffersNothingWrong(int seed, int changedBytes)
    {
        const int Rows = 200;
        await StoreAsync(Rows);
        await Bench.CloseAsync();
        var original = await File.ReadAllBytesAsync(Bench.Path);
        var expected = Enumerable.Range(0, Rows).Select(i => $"{i}").ToHashSet();
        var random = new Random(seed);
        var full = 0;
        for (var round = 0; round < 75; round++)
        {
            var damaged = original.ToArray();
            var at = random.Next(damaged.Length);
            for (var i = 0; i < changedBytes; i++) damaged[(at + i) % damaged.Length] ^= (byte)random.Next(1, 256);
            foreach (var file in Bench.Files()) File.Delete(file);
            await File.WriteAllBytesAsync(Bench.Path, damaged);

            // The header's version may now be that of a newer agent; its second copy tells.
            var where = $"seed {seed}, round {round}, offset {at}";
            var records = await Bench.PeekAsync();
            Assert.True(records.All(r => expected.Contains(SpoolBench.Text(r)) && r.Timestamp == SpoolBench.Noon.AddSeconds(Number(SpoolBench.Text(r)))), where);
            Assert.True(records.Zip(records.Skip(1)).All(p => p.First.Sequence < p.Second.Sequence), where);
            Assert.True(records.Count == records.Select(SpoolBench.Text).Distinct().Count(), where);
            Assert.True((await Bench.FillAsync(Rows, 1))[0] == AppendResult.Durable, where);
            Assert.True(SpoolBench.Text((await Bench.PeekAsync())[^1]) == $"{Rows}", where);
            if (records.Count == Rows) full++;
            await Bench.CloseAsync();
        }

        Assert.InRange(full, 1, 74);
    }

    private async Task StoreAsync(int count)
    {
        await Bench.AppendAsync([.. Enumerable.Range(0, count + 2).Select(i => SpoolBench.Entry(SpoolBench.Bulky(i, 400), second: i))]);
        foreach (var record in (await Bench.PeekAsync()).Skip(count)) await Bench.Spool.MoveToDeadLettersAsync(record, "bad", CancellationToken.None);
    }

    /// <summary>As after a crash: a file that was closed well is not read through at the start.</summary>
    private async Task CorruptAsync(Action<byte[]> damage)
    {
        await Bench.CloseAsync();
        SpoolBench.Query(Bench.Path, "UPDATE marks SET value = 0 WHERE name = 'clean'");
        var file = await File.ReadAllBytesAsync(Bench.Path);
        damage(file);
        await File.WriteAllBytesAsync(Bench.Path, file);
    }

    private static int Number(string payload) => int.Parse(payload, CultureInfo.InvariantCulture);
}
