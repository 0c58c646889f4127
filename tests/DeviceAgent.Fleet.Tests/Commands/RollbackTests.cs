using DeviceAgent.Fleet.Aws;
using DeviceAgent.Fleet.Rotation;
using DeviceAgent.Fleet.Things;
using static DeviceAgent.Fleet.Tests.Rotation.Rotations;

namespace DeviceAgent.Fleet.Tests.Commands;

public sealed class RollbackTests
{
    private const string Later = "v2-20260302-120000-fleet-1";

    [Theory]
    [InlineData("v11", "did you mean 'v1'")]
    [InlineData("v2", "--to")]
    public async Task Rollback_ToAnAliasThatCannotBe_IsRefusedBeforeAnythingIsDone(string to, string part)
    {
        using var aws = Fleet();
        var (exit, output, error) = await aws.RunAsync("rollback", Plan.Name, "--to", to, "--yes");
        Assert.True(exit == 2, $"{exit} {output} {error}");
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.Equal("IN_PROGRESS", Assert.Single(aws.Jobs.Values).Status);
    }

    [Theory]
    [InlineData(false, "a")]
    [InlineData(true, "a,b")]
    public async Task Rollback_ThingThatALaterRotationGaveTheAlias_IsLeftAloneUnlessAskedFor(bool isAskedFor, string expected)
    {
        using var aws = Fleet();
        var (exit, output, error) = await aws.RunAsync(["rollback", Plan.Name, "--yes", "--detach", .. isAskedFor ? new[] { "--to", "v1" } : []]);
        Assert.True(exit == 4, $"{exit} {output} {error}");
        Assert.Contains($"Job {Plan.Name}-rollback-1 gives v1 to ", output, StringComparison.Ordinal);
        Assert.Equal(!isAskedFor, output.Contains("Left alone: b: the rotation v2-20260302-120000", StringComparison.Ordinal));
        Assert.Equal(expected, string.Join(',', aws.Jobs[$"{Plan.Name}-rollback-1"].Executions.Keys.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Of_ThingThatHasMovedOn_IsNotTakenBack()
    {
        ThingExecution[] succeeded = [new("a", "SUCCEEDED", Start), new("b", "SUCCEEDED", Start), new("c", "IN_PROGRESS", Start)];
        ThingState[] states = [new("a") { Alias = "v3", ReportedAt = Start.AddMinutes(1) }, new("b") { Alias = "v1", ReportedAt = Start.AddMinutes(-1) }, new("c") { Alias = "v1", ReportedAt = Start }];
        Assert.Equal(["b", "c"], RollbackChoice.Of(Plan, succeeded, states, withLater: false).Things);
    }

    /// <summary>A rotation to v2; a later one gave it to b as well.</summary>
    private static FakeAws Fleet() => new()
    {
        Things = { ["a"] = ("v2", $"{Plan.Name}-fleet-1"), ["b"] = ("v2", Later), ["c"] = ("v1", null) },
        Groups = { ["fleet"] = ["a", "b", "c"] },
        Jobs = { [$"{Plan.Name}-fleet-1"] = new FakeJob($"{Plan.Name}-fleet-1", Plan.Description(), DateTimeOffset.UtcNow.AddHours(-1)) { Executions = { ["a"] = "SUCCEEDED", ["b"] = "SUCCEEDED", ["c"] = "QUEUED" } } },
    };
}
