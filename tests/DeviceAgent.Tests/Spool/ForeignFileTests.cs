using DeviceAgent.Spool;
using static DeviceAgent.Tests.Spool.SpoolBench;

namespace DeviceAgent.Tests.Spool;

/// <summary>Another spool lies in the place of the agent's own while that runs: its numbers mean other readings than the agent's.</summary>
public sealed class ForeignFileTests : SpoolTest
{
    private const int CannotOpen = 14;

    private string Copy => Path.Combine(Bench.Folder, "copy.db");

    [Fact]
    public async Task Acknowledge_OlderCopyWithTheNumbersOfReadingsUnderWay_EachReadingIsUploadedAndNoneIsDeletedBefore()
    {
        await MakeOlderCopyAsync(3);
        await Bench.FillAsync(3, 2);
        var underWay = await Bench.PeekAsync(2);
        PutCopyInPlace();

        Assert.Equal([AppendResult.MemoryOnly], await Bench.FillAsync(5, 1));
        Assert.Equal([AppendResult.Durable], await Bench.FillAsync(6, 1));
        await Bench.AcknowledgeAsync(underWay);
        Assert.Equal(["0", "1", "2", "2", "3", "4", "5", "6"], await Bench.PayloadsAsync());
        Assert.Equal(["0", "1", "2", "2", "3", "4", "5", "6"], await UploadAllAsync());
        Assert.Equal(0, Bench.Spool.Count);
        await Bench.CloseAsync();
        Assert.Empty(await Bench.PayloadsAsync());
        Assert.Contains(Bench.Logger.Entries, e => e.Id == 2111 && e.Text.Contains("; 3 readings and 0 dead letters", StringComparison.Ordinal));
        Assert.Equal(3, SpoolBench.CountIn(Assert.Single(SetAside())));
    }

    [Fact]
    public async Task Append_OlderCopyAndReadingsThatWereHeldInMemory_EachReadingIsUploaded()
    {
        await MakeOlderCopyAsync(3);
        await Bench.FillAsync(3, 1);
        PutCopyInPlace();
        Bench.OpenError = CannotOpen;
        await Bench.FillAsync(4, 1);
        var underWay = await Bench.PeekAsync();
        Assert.Equal(["0", "1", "2", "3", "4"], underWay.Select(Text));
        Bench.OpenError = 0;
        await Bench.AdvanceAsync(TimeSpan.FromSeconds(10));
        await Bench.FillAsync(5, 1);
        await Bench.AcknowledgeAsync(underWay.Skip(3));
        Assert.Equal(["0", "1", "2", "0", "1", "2", "5"], await Bench.PayloadsAsync());
        Assert.Equal(7, (await UploadAllAsync()).Count);
    }

    [Fact]
    public async Task Append_OldFileCannotBeReadToItsEnd_IsTriedAgainAndNothingIsThereTwice()
    {
        await MakeOlderCopyAsync(2);
        await Bench.FillAsync(2, 700);
        await Bench.SettleAsync();
        PutCopyInPlace();
        var gone = Bench.Connection!;
        Bench.OpenError = CannotOpen;
        await Bench.FillAsync(702, 1);
        await Bench.SettleAsync();
        Bench.OpenError = 0;
        gone.Execute("CREATE TEMP VIEW blocks AS SELECT CASE WHEN seq > 500 THEN abs(-9223372036854775807 - 1) ELSE seq END AS seq, critical, untimed, readings FROM main.blocks");
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            await Bench.AdvanceAsync(TimeSpan.FromSeconds(10));
            Assert.False(Bench.Spool.Status.OnDisk);
        }

        Assert.Single(Bench.Logger.Entries, e => e.Text.Contains("integer overflow", StringComparison.Ordinal));
        gone.Execute("DROP VIEW temp.blocks");
        await Bench.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.True(Bench.Spool.Status.OnDisk);
        Assert.Equal(705, Bench.Spool.Count);
        Assert.Equal([.. Numbers(2), .. Numbers(703)], await Bench.PayloadsAsync());
        await Bench.CloseAsync();
        Assert.Equal([.. Numbers(2), .. Numbers(703)], await Bench.PayloadsAsync());
        Assert.Single(SetAside());
    }

    [Fact]
    public async Task Reopen_AnotherFileWasPutThereWhileItWasClosed_DeletesNoReadingOfItBeforeItIsUploaded()
    {
        await MakeOlderCopyAsync(3);
        await Bench.FillAsync(3, 2);
        var underWay = await Bench.PeekAsync(2);
        await Bench.AcknowledgeAsync((await Bench.PeekAsync()).Skip(2).Take(1));
        await Bench.SettleAsync();
        Bench.OpenError = CannotOpen;
        Bench.Connection!.Execute("CREATE TEMP VIEW blocks AS SELECT * FROM main.blocks");
        Assert.Equal([AppendResult.MemoryOnly], await Bench.FillAsync(5, 1));
        await Bench.AcknowledgeAsync(underWay);
        PutCopyInPlace();
        Bench.OpenError = 0;
        await Bench.AdvanceAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(["0", "1", "2", "5"], await Bench.PayloadsAsync());
        await Bench.AdvanceAsync(TimeSpan.FromSeconds(61));
        await Bench.CloseAsync();
        Assert.Equal(["0", "1", "2", "5"], await Bench.PayloadsAsync());
        Assert.Contains(Bench.Logger.Entries, e => e.Id == 2107 && e.Text.StartsWith("4 readings lost", StringComparison.Ordinal));
        Assert.Single(SetAside());
    }

    [Fact]
    public async Task Append_MoreInTheOtherFileThanThereIsRoomFor_LeavesTheRestInItAndSaysSo()
    {
        await MakeOlderCopyAsync(900);
        await Bench.AcknowledgeAsync(await Bench.PeekAsync(500));
        await Bench.FillAsync(900, 100);
        PutCopyInPlace();
        await Bench.FillAsync(1000, 1);
        await Bench.FillAsync(1001, 1);
        Assert.True(Bench.Spool.Status.OnDisk);
        Assert.Equal([.. Numbers(1002).Skip(500)], (await Bench.PayloadsAsync()).TakeLast(502));
        Assert.Contains("; 500 readings and 0 dead letters of it are in the agent's spool now under new numbers; in that file alone, for want of room (spool.quotaMegabytes): 400 readings.", Assert.Single(Bench.Logger.Entries, e => e.Id == 2111).Text);
        Assert.Equal(900, SpoolBench.CountIn(Assert.Single(SetAside())));
    }

    [Fact]
    public async Task Append_WhatIsThereIsNoSpool_IsMovedAway()
    {
        await Bench.FillAsync(0, 2);
        File.Delete(Bench.Path);
        await File.WriteAllTextAsync(Bench.Path, "no spool");
        await Bench.FillAsync(2, 1);
        Assert.Equal([AppendResult.Durable], await Bench.FillAsync(3, 1));
        Assert.Equal(["0", "1", "2", "3"], await Bench.PayloadsAsync());
        Assert.Equal("no spool", await File.ReadAllTextAsync(Assert.Single(SetAside())));
    }

    [Fact]
    public async Task Open_CrashWhileANewFileWasMade_TakesWhatItsLogHolds()
    {
        await Bench.FillAsync(0, 3);
        await Bench.SettleAsync();
        foreach (var file in new[] { Bench.Path, Bench.Path + "-wal" }) File.Copy(file, file.Replace("spool.db", "spool.salvage.db", StringComparison.Ordinal));
        await Bench.CloseAsync();
        File.Delete(Bench.Path);
        Assert.Equal(["0", "1", "2"], await Bench.PayloadsAsync());
        Assert.Empty(Directory.GetFiles(Bench.Folder, "spool.salvage*"));
    }

    private async Task MakeOlderCopyAsync(int readings)
    {
        await Bench.FillAsync(0, readings);
        await Bench.CloseAsync();
        File.Copy(Bench.Path, Copy);
    }

    private void PutCopyInPlace()
    {
        File.Delete(Bench.Path);
        File.Delete(Bench.Path + "-wal");
        File.Move(Copy, Bench.Path);
    }

    /// <summary>One by one, as long as there is something; it ends though a reading comes again and again.</summary>
    private async Task<List<string>> UploadAllAsync()
    {
        var uploaded = new List<string>();
        while (uploaded.Count < 100 && await Bench.PeekAsync(1) is [var record])
        {
            uploaded.Add(Text(record));
            await Bench.AcknowledgeAsync(record);
        }

        return [.. uploaded.Order()];
    }

    private string[] SetAside() => Directory.GetFiles(Bench.Folder, "spool.corrupt*.db");

    private static IEnumerable<string> Numbers(int count) => Enumerable.Range(0, count).Select(i => $"{i}");
}
