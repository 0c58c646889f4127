using DeviceAgent.Readings.Reduction;

namespace DeviceAgent.Tests.Readings.Reduction;

/// <summary>Readings that bring their timestamps along, in whatever order.</summary>
public class LateReadingTests
{
    [Fact]
    public async Task Take_OutOfOrderWithinTheLateness_FallsIntoItsWindow()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60, WindowFunction.Count | WindowFunction.Last));
        await rig.GiveAtAsync((50, "1"), (62, "2"), (55, "3"), (53, "4"), (70, "5"));
        Assert.Equal(["""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:59.999999Z","t_last":3,"t_count":3}"""], rig.Items);
        Assert.Equal(0, rig.Counted["readings.late"]);
    }

    [Fact]
    public async Task Take_WindowIsClosed_TheReadingGoesAsItIsAndIsCounted()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60, WindowFunction.Count));
        await rig.GiveAtAsync((0, "1"), (70, "2"), (59, "3"), (60, "4"));
        Assert.Equal(
            ["""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:59.999999Z","t_count":1}""", """{"serial_number":"SN1","timestamp":"2026-03-01T12:00:59.000Z","t":3}"""], rig.Items);
        Assert.Equal((1, 1), (rig.Counted["readings.late"], rig.Reduction.Status!.Late));
        await rig.StoreAsync(rig.Reduction.TakeAll());
        Assert.Equal("""{"serial_number":"SN1","timestamp":"2026-03-01T12:01:59.999999Z","t_count":2}""", rig.Items[^1]);
    }

    /// <summary>One meter's clock jumps ahead for a reading: those that follow are not late for it.</summary>
    [Fact]
    public async Task Take_OneReadingFarAhead_DoesNotMakeTheOthersLate()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60, WindowFunction.Count));
        await rig.GiveAtAsync((0, "1"), (7200, "9"), (60, "2"), (90, "3"), (130, "4"), (200, "5"));
        Assert.Equal(0, rig.Counted["readings.late"]);
        Assert.Equal(
            ["12:00:59.999999Z\",\"t_count\":1}", "12:01:59.999999Z\",\"t_count\":2}", "12:02:59.999999Z\",\"t_count\":1}"],
            rig.Items.Select(i => i[(i.IndexOf('T', StringComparison.Ordinal) + 1)..]));
    }

    [Fact]
    public async Task Take_FirstAndLastMomentsThatAreTimes_AreTaken()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60, WindowFunction.Count));
        await rig.GiveAsync("""{"timestamp":"0001-01-01T00:00:00.001Z","t":1}""");
        await rig.GiveAsync("""{"timestamp":"0001-01-01T00:00:01Z","t":1}""");
        await rig.GiveAsync("""{"timestamp":"9999-12-31T23:59:59Z","t":1}""");
        await rig.StoreAsync(rig.Reduction.TakeAll());
        Assert.Equal(
            ["""{"serial_number":"SN1","timestamp":"0001-01-01T00:00:59.999999Z","t_count":2}""", """{"serial_number":"SN1","timestamp":"9999-12-31T23:59:59.000Z","t":1}"""], rig.Items);
    }

    [Fact]
    public async Task TakeDue_TheSourceFallsSilent_TheWindowEndsAfterItsLengthAndTheLateness()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60, WindowFunction.Count));
        await rig.GiveAtAsync((0, "1"), (10, "2"));
        rig.Time.Advance(TimeSpan.FromSeconds(69));
        Assert.Empty(rig.Reduction.TakeDue());
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.StoreAsync(rig.Reduction.TakeDue());
        Assert.Equal(["""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:59.999999Z","t_count":2}"""], rig.Items);
        Assert.False(rig.Spool.Appended[0].IsLive);
        Assert.Empty(rig.Reduction.TakeDue());
    }

    [Fact]
    public async Task Take_ManyWindowsClosed_OlderOnesStayClosed()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60, WindowFunction.Count));
        for (var minute = 0; minute < 40; minute++) await rig.GiveAtAsync((60 * minute, "1"));
        await rig.GiveAtAsync((30, "2"), ((60 * 30) + 30, "3"));
        Assert.Equal(2, rig.Counted["readings.late"]);
        Assert.Equal(rig.Items.Count, rig.Items.Select(i => i[..60]).Distinct().Count());
    }

    /// <summary>One that opened long ago and ends last is closed as well.</summary>
    [Fact]
    public async Task Take_OldWindowEndsAfterManyNewerOnes_NoneOfThemIsOpenAgain()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60, WindowFunction.Count) with { Lateness = TimeSpan.FromSeconds(1200) });
        for (var minute = 1; minute < 60; minute++) await rig.GiveAtAsync((60 * minute, "1"));
        await rig.StoreAsync(rig.Reduction.TakeAll());
        for (var minute = 0; minute < 60; minute++) await rig.GiveAtAsync(((60 * minute) + 1, "2"));
        Assert.Equal(60, rig.Counted["readings.late"]);
        Assert.Equal(59 + 60, rig.Items.Count);
    }
}
