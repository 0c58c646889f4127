namespace DeviceAgent.Fleet.Tests.Commands;

/// <summary>A name that nothing has is a wrong command line, in every command.</summary>
public sealed class UnknownNamesTests
{
    [Theory]
    [InlineData("rotate v2 --group flet", "did you mean 'fleet'")]
    [InlineData("rotate v2 --group empty", "'empty' has no things")]
    [InlineData("rotate v2 --things thermostat-11", "did you mean 'thermostat-1'")]
    [InlineData("set logLevel=debug --group flet --yes", "did you mean 'fleet'")]
    [InlineData("set logLevel=debug --group empty --yes", "'empty' has no things")]
    [InlineData("set logLevel=debug --things thermostat-11 --yes", "did you mean 'thermostat-1'")]
    [InlineData("check v2 --group empty", "'empty' has no things")]
    [InlineData("check v2 --things thermostat-11", "did you mean 'thermostat-1'")]
    [InlineData("logs thermostat-11", "did you mean 'thermostat-1'")]
    [InlineData("decommission thermostat-11 --yes", "did you mean 'thermostat-1'")]
    [InlineData("pause nope", "There is no rotation 'nope'")]
    [InlineData("watch nope", "There is no rotation 'nope'")]
    public async Task Command_NameThatIsNotThere_SaysWhichIsNear(string line, string part) => await RefusedAsync(line, part);

    [Theory]
    [InlineData("status thermostat-11", "did you mean 'thermostat-1'")]
    [InlineData("status --behind v22", "did you mean 'v2'")]
    [InlineData("status --group empty", "'empty' has no things")]
    [InlineData("status --filter waiting>abc", "'abc' is no number")]
    [InlineData("status --filter reported>1x", "'1x' is no time")]
    [InlineData("status --filter silent>1", "silent=true")]
    public async Task Status_OfWhatIsNotThere_IsRefused(string line, string part) => await RefusedAsync(line, part);

    [Fact]
    public async Task Check_OfNoThing_IsRefused()
    {
        using var aws = new FakeAws();
        Assert.Equal(2, (await aws.RunAsync("check", "v2")).Exit);
    }

    private static async Task RefusedAsync(string line, string part)
    {
        using var aws = new FakeAws { Things = { ["thermostat-1"] = ("v1", null) }, Groups = { ["fleet"] = ["thermostat-1"], ["empty"] = [] } };
        var (exit, output, error) = await aws.RunAsync(line.Split(' '));
        Assert.True(exit == 2, $"{exit} {output} {error}");
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.Empty(aws.Jobs);
    }
}
