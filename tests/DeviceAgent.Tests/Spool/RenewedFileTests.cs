using System.Diagnostics;
using System.Globalization;
using DeviceAgent.Spool;
using DeviceAgent.Storage;
using static DeviceAgent.Tests.Spool.SpoolBench;

namespace DeviceAgent.Tests.Spool;

/// <summary>File or folder are removed, moved or replaced while the spool is open.</summary>
public sealed class RenewedFileTests : SpoolTest
{
    public static TheoryData<string> Changes => ["file removed", "file moved", "log removed", "folder moved", "folder removed", "pipe"];

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Append_FileIsNotInItsPlaceAnyMore_IsNotCalledDurableAndNothingIsLost(string change)
    {
        await Bench.FillAsync(0, 5);
        await Bench.Spool.MoveToDeadLettersAsync((await Bench.PeekAsync())[1], "bad", CancellationToken.None);
        await Bench.AcknowledgeAsync((await Bench.PeekAsync()).Where(r => Text(r) == "2"));
        var before = await Bench.PeekAsync();

        Change(change);
        Assert.Equal([AppendResult.MemoryOnly], await Bench.FillAsync(5, 1));
        Assert.Equal([AppendResult.Durable], await Bench.FillAsync(6, 1));
        Assert.Equal(["0", "3", "4", "5", "6"], await Bench.PayloadsAsync());
        Assert.Equal((true, null), (Bench.Spool.Status.OnDisk, Bench.Spool.Status.MemoryReason));

        // What was under way to the table is known by its number all the same.
        await Bench.AcknowledgeAsync(before.Where(r => Text(r) == "3"));
        Assert.Equal(["0", "4", "5", "6"], await Bench.PayloadsAsync());
        await Bench.CloseAsync();
        Assert.Equal(["0", "4", "5", "6"], await Bench.PayloadsAsync());
        Assert.Equal("bad", Assert.Single(await Bench.Spool.DeadLettersAsync(0, 10, CancellationToken.None)).Reason);
        Assert.Equal(change == "pipe" ? 1 : 0, Directory.GetFiles(Bench.Folder, "spool.corrupt*").Length);
        Assert.Equal(change == "log removed" ? 0 : 1, Bench.Logger.Entries.Count(e => e.Id == 2110));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-wal")]
    public async Task Append_FileOrLogWasCut_IsNotCalledDurableAndLosesOnlyWhatWasBehindTheCut(string companion)
    {
        await Bench.FillAsync(0, 5);
        await Bench.AdvanceAsync(TimeSpan.FromMinutes(10));
        await Bench.FillAsync(5, 5);
        await using (var file = new FileStream(Bench.Path + companion, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) file.SetLength(0);

        Assert.Equal([AppendResult.MemoryOnly], await Bench.FillAsync(10, 1));
        Assert.Equal([AppendResult.Durable], await Bench.FillAsync(11, 1));
        await Bench.CloseAsync();
        var payloads = await Bench.PayloadsAsync();
        Assert.Equal(["10", "11"], payloads[^2..]);
        if (companion.Length > 0) Assert.Equal(["0", "1", "2", "3", "4"], payloads[..5]);
        var log = Bench.Logger.Entries;
        Assert.Contains(log, e => e.Id == 2102 && e.Text.Contains("cut short", StringComparison.Ordinal));
        Assert.Equal(12 - payloads.Count, log.Where(e => e.Id == 2107).Sum(e => int.Parse(e.Text.Split(' ')[0], CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Append_AnotherSpoolIsInItsPlace_GetsTheReadingsBehindItsOwn()
    {
        await Bench.FillAsync(0, 3);
        await Bench.CloseAsync();
        var copy = Path.Combine(Bench.Folder, "copy.db");
        File.Copy(Bench.Path, copy);
        await Bench.FillAsync(3, 2);
        await Bench.AcknowledgeAsync((await Bench.PeekAsync()).Take(3));
        var underWay = await Bench.PeekAsync();
        Change("file removed");
        File.Move(copy, Bench.Path);

        Assert.Equal([AppendResult.MemoryOnly], await Bench.FillAsync(5, 1));
        Assert.Equal([AppendResult.Durable], await Bench.FillAsync(6, 1));
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6"], await Bench.PayloadsAsync());
        await Bench.AcknowledgeAsync(underWay);
        Assert.Equal(["0", "1", "2", "5", "6"], await Bench.PayloadsAsync());
    }

    [Fact]
    public async Task Append_FolderThatCannotBeMadeAgain_GoesOnFromTheOldOneAndInMemory()
    {
        await Bench.FillAsync(0, 2);
        var aside = Bench.Folder + ".moved";
        Directory.Move(Bench.Folder, aside);
        await File.WriteAllTextAsync(Bench.Folder, "in the way");
        Assert.Equal([AppendResult.MemoryOnly], await Bench.FillAsync(2, 1));
        Assert.Equal([AppendResult.MemoryOnly], await Bench.FillAsync(3, 1));
        await Bench.AcknowledgeAsync((await Bench.PeekAsync()).Take(1));
        Assert.Equal(["1", "2", "3"], await Bench.PayloadsAsync());

        File.Delete(Bench.Folder);
        await Bench.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Equal([AppendResult.Durable], await Bench.FillAsync(4, 1));
        Assert.Equal(["1", "2", "3", "4"], await Bench.PayloadsAsync());
        await Bench.CloseAsync();
        Assert.Equal(["1", "2", "3", "4"], await Bench.PayloadsAsync());
        Directory.Delete(aside, recursive: true);
    }

    [Fact]
    public async Task Append_FolderThatCannotBeLockedAndFileThatCannotBeMadeAnew_SaysEachOnce()
    {
        const int CannotOpen = 14;
        Directory.CreateDirectory(Path.Combine(Bench.Folder, StateDirectory.LockName));
        using var held = StateDirectory.Open(Bench.Folder);
        Bench.Held = held;
        await Bench.FillAsync(0, 1);
        Change("file removed");
        Bench.OpenError = CannotOpen;
        await Bench.FillAsync(1, 1);
        await Bench.AdvanceAsync(TimeSpan.FromSeconds(10));
        await Bench.AdvanceAsync(TimeSpan.FromSeconds(10));
        Bench.OpenError = 0;
        await Bench.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Equal([AppendResult.Durable], await Bench.FillAsync(2, 1));
        Assert.Single(Bench.Logger.Entries, e => e.Text.Contains("cannot be locked", StringComparison.Ordinal));
        Assert.Single(Bench.Logger.Entries, e => e.Text.Contains("cannot be made anew", StringComparison.Ordinal));
        await Bench.CloseAsync();
    }

    [Fact]
    public async Task Close_FileThatIsGone_WritesANewOneFirst()
    {
        await Bench.FillAsync(0, 3);
        Change("folder removed");
        await Bench.CloseAsync();
        Assert.Equal(["0", "1", "2"], await Bench.PayloadsAsync());
    }

    /// <summary>The old file has no name any more: what was copied from it is nowhere else.</summary>
    [Theory]
    [InlineData("clean = 1")]
    [InlineData("renewal = 1")]
    public async Task Open_StoppedWhileItMadeANewFileInThePlaceOfAPipe_KeepsWhatWasCopied(string mark)
    {
        await Bench.FillAsync(0, 3);
        if (mark.StartsWith("clean", StringComparison.Ordinal)) await Bench.CloseAsync();
        else await Bench.CrashAsync();
        var salvage = Path.Combine(Bench.Folder, "spool.salvage.db");
        foreach (var file in Bench.Files()) File.Move(file, file.Replace("spool.db", "spool.salvage.db", StringComparison.Ordinal));
        if (mark.StartsWith("renewal", StringComparison.Ordinal)) Query(salvage, "INSERT INTO marks VALUES ('renewal', 1)");
        Change("pipe");

        Assert.Equal(["0", "1", "2"], await Bench.PayloadsAsync());
        Assert.Equal([AppendResult.Durable], await Bench.FillAsync(3, 1));
        Assert.False(File.Exists(salvage));
        Assert.Contains(Bench.Logger.Entries, e => e.Id == 2104 && e.Text.Contains("; 3 readings", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("-wal")]
    [InlineData("-journal")]
    public async Task Open_PipeWhereSqliteHasAFile_HoldsReadingsInMemoryAndSaysWhy(string companion)
    {
        using (var mkfifo = Process.Start("mkfifo", Bench.Path + companion)) await mkfifo.WaitForExitAsync();
        Assert.Equal([AppendResult.MemoryOnly], await Bench.FillAsync(0, 1));
        Assert.Equal($"'{Bench.Path}{companion}' is a named pipe, not a file: move it away", Bench.Spool.Status.MemoryReason);
        File.Delete(Bench.Path + companion);
        await Bench.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Equal([AppendResult.Durable], await Bench.FillAsync(1, 1));
        Assert.Equal(["0", "1"], await Bench.PayloadsAsync());
    }

    [Fact]
    public async Task Open_PipeWhereANewFileWasMade_IsRemoved()
    {
        await Bench.FillAsync(0, 3);
        await Bench.CloseAsync();
        var salvage = Path.Combine(Bench.Folder, "spool.salvage.db");
        using (var mkfifo = Process.Start("mkfifo", salvage)) await mkfifo.WaitForExitAsync();
        Assert.Equal(["0", "1", "2"], await Bench.PayloadsAsync());
        Assert.False(File.Exists(salvage));
    }

    [Fact]
    public async Task Open_FolderThatOthersMayRead_MakesFilesForTheOwnerAlone()
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Bench.Folder, (UnixFileMode)0b111_101_101);
        await Bench.FillAsync(0, 1);
        Assert.All(Bench.Files(), f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, FileStatus.Of(f)!.Value.Rights));
        await Bench.CloseAsync();
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Bench.Path, (UnixFileMode)0b110_100_100);
        await Bench.FillAsync(1, 1);
        Assert.All(Bench.Files(), f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, FileStatus.Of(f)!.Value.Rights));
    }

    private void Change(string change)
    {
        switch (change)
        {
            case "file removed":
                File.Delete(Bench.Path);
                File.Delete(Bench.Path + "-wal");
                break;
            case "pipe":
                Change("file removed");
                using (var mkfifo = Process.Start("mkfifo", Bench.Path)) mkfifo.WaitForExit();
                break;
            case "file moved":
                File.Move(Bench.Path, Bench.Path + ".bak");
                break;
            case "log removed":
                File.Delete(Bench.Path + "-wal");
                break;
            case "folder moved":
                Directory.Move(Bench.Folder, Bench.Folder + ".moved");
                Directory.Delete(Bench.Folder + ".moved", recursive: true);
                break;
            default:
                Directory.Delete(Bench.Folder, recursive: true);
                break;
        }
    }
}
