using DeviceAgent.Readings;
using DeviceAgent.Readings.Reduction;

namespace DeviceAgent.Tests.Readings.Reduction;

/// <summary>Every item of a source that makes its values up says so, whatever becomes of its readings.</summary>
public sealed class SimulatedMarkTests
{
    private static readonly SourceOptions _simulated = new() { Kind = SourceKind.Simulated };

    [Fact]
    public async Task Take_NothingIsReduced_TheReadingIsMarked()
    {
        using var rig = new ReductionRig(new ReductionOptions(), source: _simulated);
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
        using var rig = new ReductionRig(options, source: _simulated);
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
        using var rig = new ReductionRig(ReductionRig.Every(60), source: _simulated);
        await rig.GiveAsync("""{"t":1}""");
        rig.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Single(rig.Reduction.TakeDue());
        rig.Start();
        await rig.StoreAsync(rig.Reduction.TakePending());
        Assert.Equal(["""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:59.999999Z","t_mean":1,"simulated":true}"""], rig.Items);
    }

    [Theory]
    [InlineData(nameof(SourceKind.Simulated), false)]
    [InlineData(nameof(SourceKind.Replay), true)]
    [InlineData(nameof(SourceKind.Linux), true)]
    public async Task Take_OtherKindOrMarkSwitchedOff_NothingIsAdded(string kind, bool mark)
    {
        using var rig = new ReductionRig(new ReductionOptions(), source: new SourceOptions { Kind = Enum.Parse<SourceKind>(kind), File = "builtin:occupancy", MarkSimulated = mark });
        await rig.GiveAsync("""{"t":1}""");
        Assert.Equal(["""{"serial_number":"SN1","timestamp":"2026-03-01T12:00:00.000Z","t":1}"""], rig.Items);
    }
}
