namespace DeviceAgent.Fleet.Tests.Commands;

public sealed class RotateOptionsTests
{
    [Theory]
    [InlineData("--canary nosuch", "'nosuch' is not among the things")]
    [InlineData("--canary=-1", "--canary -1")]
    [InlineData("--canary 101%", "--canary 101%")]
    [InlineData("--probation=-1m", "--probation -1m")]
    [InlineData("--probation 10", "with its unit")]
    [InlineData("--probation 1000d", "too long")]
    [InlineData("--expires 0s", "--expires 0s")]
    [InlineData("--expires 1h", "longer than --probation and --canary-timeout")]
    [InlineData("--abort 0%", "from 1%")]
    public async Task Rotate_OptionThatCannotBe_IsRefusedBeforeAnythingIsRead(string option, string part)
    {
        using var aws = new FakeAws();
        var (exit, output, error) = await aws.RunAsync(["rotate", "v2", "--things", "a,b", .. option.Split(' ')]);
        Assert.True(exit == 2, $"{exit} {output} {error}");
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.Equal(0, aws.Requests);
    }

    [Fact]
    public async Task Rotate_EveryThingIsACanary_SaysSo()
    {
        using var aws = new FakeAws { Things = { ["a"] = ("v1", null), ["b"] = ("v1", null) } };
        var (exit, output, error) = await aws.RunAsync("rotate", "v2", "--things", "a,b", "--canary", "2", "--no-check", "--dry-run");
        Assert.True(exit == 0, $"{exit} {output} {error}");
        Assert.Contains("every thing is a canary", output, StringComparison.Ordinal);
    }
}
