using DeviceAgent.Readings;
using DeviceAgent.Readings.Reduction;

namespace DeviceAgent.Tests.Readings.Reduction;

public class WindowTests
{
    private const WindowFunction All = WindowFunction.Min | WindowFunction.Mean | WindowFunction.Max | WindowFunction.Last | WindowFunction.Count;

    [Fact]
    public async Task Take_AMinuteOfReadings_GivesOneItemWhenTheNextMinuteBegins()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60, All));
        await rig.GiveEveryAsync(20, "21.10", "21.4", "21.2", "30");
        Assert.Equal(["""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:59.999999Z","t_min":21.10,"t_mean":21.2333,"t_max":21.4,"t_last":21.2,"t_count":3}"""], rig.Items);
        Assert.Equal((4, 1, 0), (rig.Counted["readings.reduced"], rig.Counted["reduction.windows"], rig.Counted["readings.late"]));
    }

    [Fact]
    public async Task Take_FirstReadingInTheMiddle_TheWindowIsAlignedToTheClock()
    {
        using var rig = new ReductionRig(ReductionRig.Every(300, WindowFunction.Count));
        rig.Time.Advance(TimeSpan.FromSeconds(290));
        await rig.GiveEveryAsync(5, "1", "2", "3");
        Assert.Equal(["""{"serial_number":"SN1","timestamp":"2026-03-01T12:04:59.999999Z","t_count":2}"""], rig.Items);
    }

    [Theory]
    [InlineData("2026-03-01T12:00:00.000Z", 60, "2026-03-01T12:01:00.000Z")]
    [InlineData("2026-03-01T12:00:59.999Z", 60, "2026-03-01T12:01:00.000Z")]
    [InlineData("2026-03-01T12:01:00.000Z", 60, "2026-03-01T12:02:00.000Z")]
    [InlineData("2026-03-01T12:00:00.000Z", 86400, "2026-03-02T00:00:00.000Z")]
    [InlineData("1970-01-01T00:00:10.000Z", 7, "1970-01-01T00:00:14.000Z")]
    [InlineData("1969-12-31T23:59:59.500Z", 60, "1970-01-01T00:00:00.000Z")]
    [InlineData("1969-12-31T23:59:00.000Z", 60, "1970-01-01T00:00:00.000Z")]
    public void EndOf_AMoment_IsAWholeNumberOfWindowsFrom1970(string moment, int seconds, string end)
    {
        Assert.True(TimestampText.TryParse(moment, out var at));
        Assert.Equal(end, TimestampText.Format(Window.EndOf(at, TimeSpan.FromSeconds(seconds))!.Value));
    }

    [Fact]
    public void EndOf_BehindTheLastYear_IsNone() => Assert.Null(Window.EndOf(DateTimeOffset.MaxValue, TimeSpan.FromSeconds(60)));

    [Fact]
    public async Task Take_ValuesThatAreNoNumbers_TellTheirLast()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60, WindowFunction.Mean | WindowFunction.Count));
        await rig.GiveAsync("""{"door":"open","on":true,"levels":[1],"none":null,"mixed":1}""");
        await rig.GiveAsync("""{"door":"shut","on":false,"levels":[2,3],"none":null,"mixed":"err"}""");
        await rig.StoreAsync(rig.Reduction.TakeAll());
        Assert.Equal(
            ["""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:59.999999Z","door_last":"shut","door_count":2,"on_last":false,"on_count":2,"levels_last":[2,3],"levels_count":2,"none_last":null,"none_count":0,"mixed_mean":1,"mixed_last":"err","mixed_count":2}"""],
            rig.Items);
    }

    [Fact]
    public async Task Take_AttributesMissingAtTimes_EachCountsWhatItHas()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60, WindowFunction.Mean | WindowFunction.Count));
        await rig.GiveAsync("""{"a":1,"b":10}""");
        await rig.GiveAsync("""{"a":2}""");
        await rig.GiveAsync("""{"a":3,"b":null}""");
        await rig.StoreAsync(rig.Reduction.TakeAll());
        Assert.Equal(["""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:59.999999Z","a_mean":2,"a_count":3,"b_mean":10,"b_count":1}"""], rig.Items);
    }

    [Fact]
    public async Task Take_SerialNumbers_HaveWindowsOfTheirOwn()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60, WindowFunction.Count));
        await rig.GiveAsync("""{"serial_number":"A","t":1}""");
        await rig.GiveAsync("""{"serial_number":"B","t":1}""");
        await rig.GiveAsync("""{"serial_number":"A","t":1}""");
        rig.Time.Advance(TimeSpan.FromSeconds(60));
        await rig.GiveAsync("""{"serial_number":"A","t":1}""");
        Assert.Equal(["""{"serial_number":"A","timestamp":"2026-03-01T12:00:59.999999Z","t_count":2}"""], rig.Items);
        await rig.StoreAsync(rig.Reduction.TakeDue());
        Assert.Equal("""{"serial_number":"B","timestamp":"2026-03-01T12:00:59.999999Z","t_count":1}""", rig.Items[^1]);
    }

    [Fact]
    public async Task Take_OwnRules_WindowsThatEndTogetherAreOneItem()
    {
        var count = new ReductionRule { Every = TimeSpan.FromSeconds(60), Functions = WindowFunction.Count };
        using var rig = new ReductionRig(new ReductionOptions
        {
            Rule = count,
            Attributes = new Dictionary<string, ReductionRule> { ["slow"] = count with { Every = TimeSpan.FromSeconds(120) }, ["raw"] = new() },
        });
        for (var i = 0; i < 5; i++)
        {
            await rig.GiveAsync($$"""{"t":1,"slow":2,"raw":{{i}}}""");
            rig.Time.Advance(TimeSpan.FromSeconds(30));
        }

        Assert.Equal(
            [
                """{"serial_number":"SN1","timestamp":"2026-03-01T12:00:59.999999Z","t_count":2}""",
                """{"serial_number":"SN1","timestamp":"2026-03-01T12:01:59.999999Z","slow_count":4,"t_count":2}""",
            ],
            rig.Items.Where(i => !i.Contains("raw", StringComparison.Ordinal)));
        Assert.Equal("""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:30.000Z","raw":1}""", rig.Items[1]);
    }

    [Fact]
    public async Task TakeDue_NoFurtherReading_TheWindowEndsByTheClock()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60, WindowFunction.Count));
        rig.Time.Advance(TimeSpan.FromSeconds(15));
        await rig.GiveAsync("""{"t":1}""");
        rig.Time.Advance(TimeSpan.FromSeconds(44.9));
        Assert.Empty(rig.Reduction.TakeDue());
        rig.Time.Advance(TimeSpan.FromSeconds(0.1));
        await rig.StoreAsync(rig.Reduction.TakeDue());
        Assert.Equal(["""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:59.999999Z","t_count":1}"""], rig.Items);
        Assert.True(rig.Spool.Appended[0].IsLive);
    }

    /// <summary>The clock is set back: readings get no timestamps in a window that was told.</summary>
    [Fact]
    public async Task Take_ClockStepsBack_NoWindowIsToldTwice()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60, WindowFunction.Count));
        await rig.GiveAsync("""{"t":1}""");
        rig.Time.Advance(TimeSpan.FromSeconds(60));
        await rig.StoreAsync(rig.Reduction.TakeDue());
        rig.Time.StepWallClock(TimeSpan.FromMinutes(-10));
        await rig.GiveEveryAsync(30, "2", "3", "4");
        await rig.StoreAsync(rig.Reduction.TakeAll());
        Assert.Equal(
            ["""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:59.999999Z","t_count":1}""", """{"serial_number":"SN1","timestamp":"2026-03-01T12:01:59.999999Z","t_count":3}"""], rig.Items);
        Assert.Equal(0, rig.Counted["readings.late"]);
    }

    [Fact]
    public async Task Take_ClockStepsForward_TheWindowOfBeforeEnds()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60, WindowFunction.Count));
        await rig.GiveAsync("""{"t":1}""");
        rig.Time.StepWallClock(TimeSpan.FromHours(1));
        await rig.GiveAsync("""{"t":2}""");
        Assert.Equal(["""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:59.999999Z","t_count":1}"""], rig.Items);
    }

    [Fact]
    public async Task Take_TimeNotKnown_ReadingsGoAsTheyAre()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60), timeIsKnown: false);
        await rig.GiveEveryAsync(1, "1", "2");
        Assert.Equal(["""{"serial_number":"SN1","t":1}""", """{"serial_number":"SN1","t":2}"""], rig.Items);
        Assert.All(rig.Spool.Appended, e => Assert.Null(e.Timestamp));
    }

    [Fact]
    public async Task Take_NumberThatCannotBeWrittenOut_GoesAsItIs()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60));
        await rig.GiveAsync("""{"t":1e120,"u":1}""");
        Assert.Equal(["""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:00.000Z","t":1e120}"""], rig.Items);
    }

    [Fact]
    public async Task Take_LongText_GoesAsItIs()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60));
        await rig.GiveAsync($$"""{"t":"{{new string('x', 1025)}}","u":1}""");
        Assert.Single(rig.Items);
    }

    /// <summary>Programs that make up serial numbers must not fill the memory.</summary>
    [Fact]
    public async Task Take_MoreSerialNumbersThanThereIsRoomFor_GoAsTheyAreAndItIsSaid()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60));
        for (var i = 0; i < 3000; i++) await rig.GiveAsync($$"""{"serial_number":"SN{{i:0000}}","t":1}""");
        Assert.InRange(rig.Items.Count, 1, 2999);
        Assert.Contains("\"t\":1}", rig.Items[0], StringComparison.Ordinal);
        Assert.Single(rig.Logger.Entries, e => e.Id == 2025);
        Assert.Equal(3000, rig.Items.Count + rig.Counted["readings.reduced"]);
    }

    [Fact]
    public async Task Take_WindowsLengthChanges_TheOpenOneEndsAtItsTime()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60, WindowFunction.Count));
        await rig.GiveEveryAsync(30, "1");
        rig.Options.Set(ReductionRig.Every(120, WindowFunction.Count));
        await rig.GiveEveryAsync(30, "2", "3", "4", "5");
        Assert.Equal(
            ["""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:59.999999Z","t_count":1}""", """{"serial_number":"SN1","timestamp":"2026-03-01T12:01:59.999999Z","t_count":3}"""], rig.Items);
    }

    [Fact]
    public async Task Take_SwitchedOff_TheOpenWindowIsToldAndReadingsGoAsTheyAre()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60, WindowFunction.Count));
        await rig.GiveEveryAsync(60, "1");
        rig.Options.Set(new ReductionOptions());
        await rig.GiveAsync("""{"t":2}""");
        Assert.Equal(2, rig.Items.Count);
        Assert.Equal("""{"serial_number":"SN1","timestamp":"2026-03-01T12:01:00.000Z","t":2}""", rig.Items[1]);
    }

    [Fact]
    public async Task Take_Off_IsTheReadingItself()
    {
        using var rig = new ReductionRig(new ReductionOptions());
        await rig.GiveAsync("""{"t":1.50}""");
        Assert.Equal(["""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:00.000Z","t":1.50}"""], rig.Items);
        Assert.Null(rig.Reduction.Status);
        Assert.Null(rig.Reduction.DueIn);
        Assert.False(File.Exists(rig.StateFile));
    }
}
