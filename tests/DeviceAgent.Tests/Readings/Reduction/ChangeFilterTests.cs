using DeviceAgent.Readings.Reduction;
using DeviceAgent.Spool;

namespace DeviceAgent.Tests.Readings.Reduction;

public class ChangeFilterTests
{
    [Fact]
    public async Task Absolute_WithinTheBandOfTheValueSentLast_IsNotSent() =>
        Assert.Equal(["20.0", "20.6", "20.09"], await SentAsync(new ReductionRule { DeadBand = 0.5m }, "20.0", "20.5", "19.5", "20.6", "20.1", "20.09"));

    /// <summary>In binary floating point 0.3 - 0.2 is less than 0.1, and 0.4 - 0.3 is more.</summary>
    [Fact]
    public async Task Absolute_ExactlyTheBand_IsNotSent() =>
        Assert.Equal(["0.2", "0.30000000000000000000001"], await SentAsync(new ReductionRule { DeadBand = 0.1m }, "0.2", "0.3", "0.1", "0.30000000000000000000001"));

    [Fact]
    public async Task Percent_OfTheValueSentLast() =>
        Assert.Equal(["100", "111", "99", "-100"], await SentAsync(new ReductionRule { DeadBandPercent = 10 }, "100", "110", "90", "111", "99.9", "99", "-100", "-110", "-90"));

    [Fact]
    public async Task Percent_OfZero_IsAnyChange() => Assert.Equal(["0", "0.01"], await SentAsync(new ReductionRule { DeadBandPercent = 10 }, "0", "0.00", "0.01"));

    [Fact]
    public async Task AbsoluteAndPercent_TheWiderCounts() =>
        Assert.Equal(["1", "2.1", "100", "111"], await SentAsync(new ReductionRule { DeadBand = 1, DeadBandPercent = 10 }, "1", "2", "2.1", "3", "100", "105", "111"));

    [Fact]
    public async Task OnChange_EveryTypeOfValue_SentOnlyWhenItDiffers() =>
        Assert.Equal(
            ["21.0", "\"open\"", "\"Open\"", "true", "false", "null", "[1,{\"a\":2}]", "[1,{\"a\":3}]", "21"],
            await SentAsync(
                new ReductionRule { OnChange = true },
                "21.0", "21", "2.1e1", "\"open\"", "\"open\"", "\"Open\"", "true", "true", "false", "null", "null", "[1,{\"a\":2}]", "[1,{\"a\":2}]", "[1,{\"a\":3}]", "21"));

    [Fact]
    public async Task DeadBand_Texts_AreSentOnChange() =>
        Assert.Equal(["\"a\"", "\"b\"", "1"], await SentAsync(new ReductionRule { DeadBand = 5 }, "\"a\"", "\"a\"", "\"b\"", "1", "2"));

    [Fact]
    public async Task Heartbeat_SoLongAfterTheLastOne_SendsAnyway()
    {
        using var rig = Rig(new ReductionRule { OnChange = true, AtLeastEvery = TimeSpan.FromSeconds(60) });
        await rig.GiveEveryAsync(25, "1", "1", "1", "1", "1", "1", "1");
        Assert.Equal(["12:00:00.000", "12:01:15.000", "12:02:30.000"], rig.Items.Select(i => i[47..59]));
    }

    /// <summary>A recording is played faster than it was made: its own times count.</summary>
    [Fact]
    public async Task Heartbeat_ReadingsWithTimestamps_CountsByThem()
    {
        using var rig = Rig(new ReductionRule { OnChange = true, AtLeastEvery = TimeSpan.FromSeconds(60) });
        await rig.GiveAtAsync((0, "1"), (30, "1"), (60, "1"), (90, "1"), (119, "1"), (120, "1"));
        Assert.Equal(3, rig.Items.Count);
    }

    /// <summary>The monotonic clock counts for live readings.</summary>
    [Fact]
    public async Task Heartbeat_ClockSteps_DoNotCount()
    {
        using var rig = Rig(new ReductionRule { OnChange = true, AtLeastEvery = TimeSpan.FromSeconds(60) });
        await rig.GiveEveryAsync(1, "1");
        rig.Time.StepWallClock(TimeSpan.FromHours(1));
        await rig.GiveAsync("""{"t":1}""");
        Assert.Single(rig.Items);
    }

    [Fact]
    public async Task Restart_TheFirstValueIsSent()
    {
        using var rig = Rig(new ReductionRule { OnChange = true });
        await rig.GiveEveryAsync(1, "1", "1");
        rig.Start();
        await rig.GiveEveryAsync(1, "1", "1");
        Assert.Equal(2, rig.Items.Count);
        Assert.False(File.Exists(rig.StateFile));
    }

    [Fact]
    public async Task Attributes_OnlyThoseThatChangedAreInTheItem()
    {
        using var rig = Rig(new ReductionRule { OnChange = true });
        await rig.GiveAsync("""{"a":1,"b":1}""");
        await rig.GiveAsync("""{"a":1,"b":2}""");
        await rig.GiveAsync("""{"a":1,"b":2}""");
        await rig.GiveAsync("""{"a":1,"b":2,"c":3}""");
        Assert.Equal(["\"a\":1,\"b\":1}", "\"b\":2}", "\"c\":3}"], rig.Items.Select(i => i[62..]));
        Assert.Equal(1, rig.Counted["readings.reduced"]);
    }

    [Fact]
    public async Task SerialNumbers_HaveValuesOfTheirOwn()
    {
        using var rig = Rig(new ReductionRule { OnChange = true });
        await rig.GiveAsync("""{"serial_number":"A","t":1}""");
        await rig.GiveAsync("""{"serial_number":"B","t":1}""");
        Assert.Equal(2, rig.Items.Count);
    }

    [Fact]
    public async Task SpoolRefusesAReading_TheNextIsSent()
    {
        using var rig = Rig(new ReductionRule { OnChange = true });
        rig.Spool.Failure = new SpoolException("full");
        await Assert.ThrowsAsync<SpoolException>(() => rig.GiveAsync("""{"t":1}"""));
        rig.Spool.Failure = null;
        await rig.GiveAsync("""{"t":1}""");
        Assert.Single(rig.Items);
    }

    [Fact]
    public async Task WindowsWithADeadBand_OneThatDiffersLittle_IsNotSent()
    {
        using var rig = Rig(new ReductionRule { Every = TimeSpan.FromSeconds(10), Functions = WindowFunction.Mean | WindowFunction.Count, DeadBand = 1, AtLeastEvery = TimeSpan.FromSeconds(40) });
        await rig.GiveEveryAsync(5, "20", "20.5", "20.7", "21", "25", "26", "26", "26", "26", "26", "26", "26", "26");
        Assert.Equal(["\"t_mean\":20.25,\"t_count\":2}", "\"t_mean\":25.5,\"t_count\":2}"], rig.Items.Select(i => i[65..]));
        await rig.GiveEveryAsync(5, "26", "26");
        Assert.Equal("\"t_mean\":26,\"t_count\":2}", rig.Items[^1][65..]);
        Assert.Equal(3, rig.Items.Count);
    }

    private static ReductionRig Rig(ReductionRule rule) => new(new ReductionOptions { Rule = rule });

    /// <summary>Which of the values of an attribute are sent, a second apart.</summary>
    private static async Task<IEnumerable<string>> SentAsync(ReductionRule rule, params string[] values)
    {
        using var rig = Rig(rule);
        await rig.GiveEveryAsync(1, values);
        return [.. rig.Items.Select(i => i[(i.IndexOf("\"t\":", StringComparison.Ordinal) + 4)..^1])];
    }
}
