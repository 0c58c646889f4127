using DeviceAgent.Readings.Reduction;
using DeviceAgent.Spool;

namespace DeviceAgent.Tests.Readings.Reduction;

/// <summary>What becomes of open windows when the agent ends, by itself or by a power cut.</summary>
public class RestartTests
{
    private const WindowFunction All = WindowFunction.Min | WindowFunction.Mean | WindowFunction.Max | WindowFunction.Last | WindowFunction.Count;

    [Fact]
    public async Task Stop_OpenWindow_GoesOnAtTheNextStartWithNothingMissing()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60, All));
        await rig.GiveEveryAsync(10, "1.10", "0.05", "3");
        rig.Reduction.SaveOpen();
        rig.Start();
        await rig.GiveEveryAsync(10, "2", "2", "2");
        await rig.StoreAsync(rig.Reduction.TakeDue());
        Assert.Equal(["""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:59.999999Z","t_min":0.05,"t_mean":1.6917,"t_max":3,"t_last":2,"t_count":6}"""], rig.Items);
    }

    [Fact]
    public async Task Stop_LongerThanTheWindow_ItIsToldAtTheNextStart()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60, WindowFunction.Count));
        await rig.GiveEveryAsync(10, "1", "2");
        rig.Reduction.SaveOpen();
        rig.Time.Advance(TimeSpan.FromHours(1));
        rig.Start();
        Assert.True(rig.Reduction.DueIn <= TimeSpan.Zero);
        await rig.StoreAsync(rig.Reduction.TakeDue());
        Assert.Equal(["""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:59.999999Z","t_count":2}"""], rig.Items);
    }

    /// <summary>As much as the documentation says: what came since the windows were saved.</summary>
    [Fact]
    public async Task PowerCut_OpenWindow_CostsWhatCameSinceItWasSaved()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60, WindowFunction.Count));
        await rig.GiveEveryAsync(10, "1", "2", "3");
        Assert.Equal(TimeSpan.Zero, rig.Reduction.DueIn);
        Assert.Empty(rig.Reduction.TakeDue());
        await rig.GiveEveryAsync(10, "4");
        Assert.Equal(TimeSpan.FromSeconds(20), rig.Reduction.DueIn);
        rig.Start();
        await rig.GiveEveryAsync(20, "5", "6");
        Assert.Equal(["""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:59.999999Z","t_count":4}"""], rig.Items);
    }

    /// <summary>The item is saved in full before it goes to the spool: what an older state would make of the window must not replace it.</summary>
    [Fact]
    public async Task PowerCut_BetweenTheEndOfAWindowAndItsCommit_TheItemIsStoredAtTheNextStart()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60, WindowFunction.Count));
        await rig.GiveEveryAsync(20, "1", "2", "3");
        var taken = Assert.Single(rig.Reduction.TakeDue());
        rig.Start();
        var pending = Assert.Single(rig.Reduction.TakePending());
        Assert.Equal(taken.Payload, pending.Payload);
        Assert.Equal(taken.ToEntry(SpoolClass.Normal) with { Payload = null }, pending.ToEntry(SpoolClass.Normal) with { Payload = null });
        Assert.Null(rig.Reduction.DueIn);
        await rig.StoreAsync([pending]);
        rig.Reduction.SaveOpen();
        rig.Start();
        Assert.Empty(rig.Reduction.TakePending());
    }

    [Fact]
    public async Task Restart_ReadingForAWindowThatWasClosed_IsLate()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60, WindowFunction.Count));
        await rig.GiveAtAsync((0, "1"), (70, "2"));
        rig.Start();
        await rig.GiveAtAsync((30, "3"));
        Assert.Equal("""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:30.000Z","t":3}""", rig.Items[^1]);
        Assert.Equal(1, rig.Counted["readings.late"]);
    }

    /// <summary>A file is read again from its beginning: its windows are made again, with the same values under the same keys.</summary>
    [Fact]
    public async Task Restart_LinesOfAFile_GiveTheSameWindowsAgain()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60, All));
        string[] lines = [.. Enumerable.Range(0, 10).Select(i => $$"""{"timestamp":"2026-02-01T00:00:{{i * 17 % 60:00}}Z","t":{{i}}}"""), """{"timestamp":"2026-02-01T00:02:00Z","t":1}"""];
        foreach (var line in lines.Take(5)) await rig.GiveAsync(line, isRecorded: true);
        rig.Reduction.SaveOpen();
        Assert.False(File.Exists(rig.StateFile));
        rig.Start();
        foreach (var line in lines) await rig.GiveAsync(line, isRecorded: true);
        rig.Start();
        foreach (var line in lines) await rig.GiveAsync(line, isRecorded: true);
        Assert.Equal(2, rig.Items.Count);
        Assert.Equal(rig.Items[0], rig.Items[1]);
        Assert.Contains("\"t_count\":10}", rig.Items[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task TakeAll_TheSourceEnds_ReadingsOfTheNextRunInThatWindowAreLate()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60, WindowFunction.Count));
        await rig.GiveEveryAsync(10, "1");
        await rig.StoreAsync(rig.Reduction.TakeAll());
        Assert.False(rig.Spool.Appended[0].IsLive);
        rig.Start();
        await rig.GiveAsync("""{"t":2}""");
        Assert.Equal("""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:10.000Z","t":2}""", rig.Items[^1]);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"windows":[],"closed":{}}""")]
    [InlineData("""{"windows":[{"serialNumber":"A","end":"2026-03-01T12:01:00Z","isLive":true,"attributes":{"t":{"count":1,"numbers":1,"sum":"x","sumPlaces":0,"last":"1"}}}],"closed":{},"pending":[]}""")]
    [InlineData("""{"windows":[{"serialNumber":"A","end":"2026-03-01T12:01:00Z","isLive":true,"attributes":{"t":{"count":1,"numbers":1,"sum":"1","sumPlaces":0,"last":"1"}}}],"closed":{},"pending":[]}""")]
    [InlineData("""{"windows":[],"closed":{},"pending":[{"isLive":true,"reading":"{}"}]}""")]
    public void Start_DamagedFile_IsKeptAsideAndSaid(string content)
    {
        using var rig = new ReductionRig(ReductionRig.Every(60));
        File.WriteAllText(rig.StateFile, content);
        rig.Start();
        Assert.Single(rig.Logger.Entries, e => e.Id == 2023);
        Assert.True(File.Exists(rig.StateFile + ".corrupt-1"));
        Assert.Empty(rig.Reduction.TakePending());
    }

    [Fact]
    public async Task Save_FileCannotBeWritten_IsSaidOnceAndInTheStatus()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60, WindowFunction.Count));
        Directory.CreateDirectory(rig.StateFile + "/in-the-way");
        await rig.GiveEveryAsync(60, "1", "2", "3");
        Assert.Single(rig.Logger.Entries, e => e.Id == 2024);
        Assert.True(rig.Reduction.Status!.InMemoryOnly);
        Assert.Equal(2, rig.Items.Count);
        Directory.Delete(rig.StateFile, recursive: true);
        rig.Time.Advance(TimeSpan.FromSeconds(60));
        await rig.StoreAsync(rig.Reduction.TakeDue());
        Assert.False(rig.Reduction.Status!.InMemoryOnly);
    }
}
