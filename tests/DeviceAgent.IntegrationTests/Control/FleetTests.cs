using DeviceAgent.Testbed.Jobs;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.IntegrationTests.Control;

/// <summary>A fleet of real agents, driven by the operator's AWS CLI: what an order by a job does to all of them.</summary>
public sealed class FleetTests
{
    private const int Devices = 20;

    [Fact]
    public async Task RotateRoleAlias_JobWithARolloutRate_AllRotateAndNoReadingIsMissed()
    {
        await using var fleet = await Fleet.StartAsync(Devices);

        await fleet.OrderAsync("rotate-all", RegistrySeed.NextRoleAliasName, perMinute: 240);
        var job = await fleet.WaitForEndAsync("rotate-all");

        Assert.Equal(JobStatus.Completed, job.Job.Status);
        Assert.Equal(Devices, job.Counts[ExecutionStatus.Succeeded]);
        Assert.Equal($"COMPLETED\t{Devices}\n", await fleet.DescribeAsync("rotate-all", "numberOfSucceededThings"));
        Assert.All(fleet.Things, thing => Assert.Equal(RegistrySeed.NextRoleAliasName, fleet.Reported(thing).RoleAlias));
        await fleet.StopAsync();
        Assert.All(await fleet.LandedAsync(), landed => Assert.Empty(landed.Faults));
    }

    [Fact]
    public async Task RotateRoleAlias_RoleThatMayNotWrite_EveryCanaryRefusesAndTheAbortThresholdStopsTheRollout()
    {
        await using var fleet = await Fleet.StartAsync(devices: 6);

        await fleet.OrderAsync("rotate-wrong", RegistrySeed.ReadOnlyRoleAliasName, perMinute: 6, "failureType=FAILED,action=CANCEL,thresholdPercentage=50,minNumberOfExecutedThings=2");
        var job = await fleet.WaitForEndAsync("rotate-wrong");
        var failed = job.Executions.Where(e => e.Status == ExecutionStatus.Failed).ToList();

        Assert.Equal(JobStatus.Canceled, job.Job.Status);
        Assert.InRange(failed.Count, 2, 4);
        Assert.Equal(0, job.Counts[ExecutionStatus.Succeeded]);
        foreach (var execution in failed) await fleet.WaitForChangeAsync(execution.ThingName);
        Assert.All(failed, execution =>
        {
            Assert.Equal("rejected", execution.StatusDetails["outcome"]);
            Assert.Equal("writesDenied", execution.StatusDetails["code"]);
            Assert.Contains("dynamodb:BatchWriteItem", execution.StatusDetails["reason"]);
            Assert.Equal(RegistrySeed.RoleAliasName, fleet.Reported(execution.ThingName).RoleAlias);
            Assert.Equal("rejected", fleet.Reported(execution.ThingName).Change!["outcome"]!.GetValue<string>());
        });
        await fleet.StopAsync();
        Assert.All(await fleet.LandedAsync(), landed => Assert.Empty(landed.Faults));
    }

    /// <summary>The moments are told by the agent's own log; the kill comes as soon as the line is read.</summary>
    [Theory]
    [InlineData("begins.")]
    [InlineData("is tried beside")]
    [InlineData("on probation.")]
    [InlineData("has passed its probation")]
    [InlineData(": applied.")]
    public async Task RotateRoleAlias_KilledAtAStep_EndsOnOneAliasInTheShadowInTheJobAndOnDisk(string moment)
    {
        await using var fleet = await Fleet.StartAsync(devices: 1);
        var agent = fleet.Agents[0];

        await fleet.OrderAsync("rotate-killed", RegistrySeed.NextRoleAliasName, perMinute: 60);
        await agent.WaitForOutputAsync(moment);
        await agent.KillAsync();
        await fleet.RestartAsync(0);
        var job = await fleet.WaitForEndAsync("rotate-killed");

        Assert.Equal((JobStatus.Completed, 1), (job.Job.Status, job.Counts[ExecutionStatus.Succeeded]));
        await fleet.WaitForAliasAsync(fleet.Things[0], RegistrySeed.NextRoleAliasName);
        Assert.Contains(RegistrySeed.NextRoleAliasName, await File.ReadAllTextAsync(fleet.StateFile(0, "role-alias.json")));
        await fleet.StopAsync();
        Assert.All(await fleet.LandedAsync(), landed => Assert.Empty(landed.Faults));
    }
}
