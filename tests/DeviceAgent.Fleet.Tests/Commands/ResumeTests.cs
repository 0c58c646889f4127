using static DeviceAgent.Fleet.Tests.Rotation.Rotations;

namespace DeviceAgent.Fleet.Tests.Commands;

public sealed class ResumeTests
{
    [Fact]
    public async Task Resume_ThingsThatHadBegunAreStillAtIt_WaitsForThemAndAsksTheRest()
    {
        var id = $"{Plan.Name}-fleet-1";
        using var aws = new FakeAws
        {
            Things = { ["a"] = ("v1", null), ["b"] = ("v1", null) },
            Groups = { ["fleet"] = ["a", "b"] },
            Jobs = { [id] = new FakeJob(id, Plan.Description(), DateTimeOffset.UtcNow) { Status = "CANCELED", Reason = "PAUSED", Executions = { ["a"] = "IN_PROGRESS", ["b"] = "CANCELED" } } },
        };
        var asked = 0;
        aws.Asked = job =>
        {
            if (job != id || ++asked < 2) return;
            aws.Things["a"] = ("v2", id);
            aws.Jobs[id].Executions["a"] = "SUCCEEDED";
        };
        var (exit, output, error) = await aws.RunAsync("resume", Plan.Name, "--detach");
        Assert.True(exit == 4, $"{exit} {output} {error}");
        Assert.Contains("1 thing that had begun must finish first.", output, StringComparison.Ordinal);
        Assert.Equal(["b"], aws.Jobs[$"{Plan.Name}-fleet-2"].Executions.Keys);
    }
}
