namespace DeviceAgent.Fleet.Tests.Commands;

public sealed class LogsCommandTests
{
    [Theory]
    [InlineData("b", "report-1", "The job report-1 does not ask b")]
    [InlineData("a", "report-2", "There is no job 'report-2'")]
    [InlineData("", "report-1", "empty")]
    public async Task Logs_JobThatCannotAnswer_IsRefusedAtOnce(string thing, string job, string part)
    {
        using var aws = new FakeAws
        {
            Things = { ["a"] = ("v1", null), ["b"] = ("v1", null) },
            Jobs = { ["report-1"] = new FakeJob("report-1", "", DateTimeOffset.UtcNow) { Targets = ["arn:aws:iot:eu-west-1:1:thing/a"], Executions = { ["a"] = "SUCCEEDED" } } },
        };
        var (exit, output, error) = await aws.RunAsync("logs", thing, "--job", job);
        Assert.True(exit == 2, $"{exit} {output} {error}");
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.Equal(0, (await aws.RunAsync("logs", "a", "--job", "report-1")).Exit);
    }
}
