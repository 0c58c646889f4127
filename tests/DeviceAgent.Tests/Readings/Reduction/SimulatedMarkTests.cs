using DeviceAgent.Readings.Reduction;

namespace DeviceAgent.Tests.Readings.Reduction;

/// <summary>Every item of a source that makes its values up says so, whatever becomes of its readings.</summary>
public sealed class SimulatedMarkTests
{
    [Fact]
    public async Task Take_NothingIsReduced_TheReadingIsMarked()
    {
        using var rig = new ReductionRig(new ReductionOptions(), isSimulated: true);
        await rig.GiveAsync("""{"t":1}""");
        Assert.Equal(["""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:00.000Z","t":1,"simulated":true}"""], rig.Items);
    }

    [Fact]
    public async Task Take_WindowsAndAFilter_TheMarkIsInEachItemAndNotReduced()
    {
        var options = ReductionRig.Every(60) with
        {
            Attributes = new Dictionary<string, ReductionRule> { ["door"] = new ReductionRule { OnChange = true } },
        };
        using var rig = new ReductionRig(options, isSimulated: true);
        foreach (var door in new[] { "true", "true", "false" })
        {
            await rig.GiveAsync($$"""{"t":1,"door":{{door}}}""");
            rig.Time.Advance(TimeSpan.FromSeconds(30));
        }

        Assert.Equal(
            [
                """{"serial_number":"SN1","timestamp":"2026-03-01T12:00:00.000Z","door":true,"simulated":true}""",
                """{"serial_number":"SN1","timestamp":"2026-03-01T12:00:59.999999Z","t_mean":1,"simulated":true}""",
                """{"serial_number":"SN1","timestamp":"2026-03-01T12:01:00.000Z","door":false,"simulated":true}""",
            ],
            rig.Items);
    }

    [Fact]
    public async Task TakePending_ItemOfAnEarlierRun_IsMarkedOnce()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60), isSimulated: true);
        await rig.GiveAsync("""{"t":1}""");
        rig.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Single(rig.Reduction.TakeDue());
        rig.Start();
        await rig.StoreAsync(rig.Reduction.TakePending());
        Assert.Equal(["""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:59.999999Z","t_mean":1,"simulated":true}"""], rig.Items);
    }

    [Fact]
    public async Task TakeDue_WindowOfAnEarlierRun_IsMarkedThoughTheSourceIsAnotherNow()
    {
        using var rig = new ReductionRig(ReductionRig.Every(60), isSimulated: true);
        await rig.GiveAsync("""{"t":1}""");
        rig.Reduction.SaveOpen();
        rig.Start();
        rig.Time.Advance(TimeSpan.FromSeconds(60));
        await rig.StoreAsync(rig.Reduction.TakeDue());
        Assert.Equal(["""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:59.999999Z","t_mean":1,"simulated":true}"""], rig.Items);
    }

    [Fact]
    public async Task Take_ReadingIsMeasured_NothingIsAdded()
    {
        using var rig = new ReductionRig(new ReductionOptions());
        await rig.GiveAsync("""{"t":1}""");
        Assert.Equal(["""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:00.000Z","t":1}"""], rig.Items);
    }
}
