using System.Text.Json;
using DeviceAgent.Fleet.Aws;
using DeviceAgent.Fleet.Rotation;

namespace DeviceAgent.Fleet.Tests.Rotation;

public sealed class RotationPlanTests
{
    [Fact]
    public void Description_WrittenAndRead_IsTheSamePlan()
    {
        var plan = Rotations.Plan with { AbortPercentage = 12.5, Probation = TimeSpan.FromSeconds(90), Things = ["a", "b"], Group = null };
        var read = RotationPlan.Read(plan.Description())!;
        Assert.Equal(plan with { From = read.From, Things = read.Things }, read);
        Assert.Equal(plan.From, read.From);
        Assert.Equal(plan.Things, read.Things);
    }

    [Theory]
    [InlineData("")]
    [InlineData("to the red role")]
    [InlineData("{\"tool\":\"other\"}")]
    [InlineData("{\"tool\":\"device-fleet\",")]
    public void Read_DescriptionOfAnotherJob_IsNone(string description) => Assert.Null(RotationPlan.Read(description));

    [Fact]
    public void Description_TooManyNames_SaysToMakeAGroup()
    {
        var plan = Rotations.Plan with { Things = [.. Enumerable.Range(0, 100).Select(i => $"a-thing-with-a-long-name-{i}")] };
        Assert.Contains("--group", Assert.Throws<AwsException>(() => plan.Description()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void JobId_LongAlias_IsWhatAwsTakesAndLeadsBack()
    {
        var name = RotationPlan.NameOf($"team=a,fleet@b-{new string('x', 100)}", Rotations.Start);
        var id = (Rotations.Plan with { Name = name }).JobId(RotationStage.Rollback, 999);
        Assert.Matches("^[a-zA-Z0-9_-]{1,64}$", id);
        Assert.Equal((name, RotationStage.Rollback, 999), RotationPlan.OfJob(id));
        Assert.Null(RotationPlan.OfJob("device-agent-v2-canaries"));
    }

    [Fact]
    public void Document_IsTheOperationOfTheAgent()
    {
        using var document = JsonDocument.Parse(Rotations.Plan.Document("v1"));
        Assert.Equal(("rotate-role-alias", "v1", "2026-03-31T12:00:00Z"), (document.RootElement.Text("operation"), document.RootElement.Text("roleAlias"), document.RootElement.Text("expiresAt")));
    }
}
