using System.Globalization;
using DeviceAgent.Fleet.Commands;
using DeviceAgent.Fleet.Rotation;
using DeviceAgent.Fleet.Things;

namespace DeviceAgent.Fleet.Tests.Rotation;

public sealed class CanaryChoiceTests
{
    private static readonly StateView View = new(Rotations.Start, TimeSpan.FromHours(2), "v2");
    private static readonly ThingState[] Fleet = [.. Enumerable.Range(0, 40).Select(i => new ThingState(string.Create(CultureInfo.InvariantCulture, $"t{i:00}")) { Alias = "v1", Health = "ok", ReportedAt = Rotations.Start })];

    [Theory]
    [InlineData("5%", "t00,t20")]
    [InlineData("1%", "t00")]
    [InlineData("4", "t00,t10,t20,t30")]
    [InlineData("0", "")]
    [InlineData("0%", "")]
    [InlineData("t07, t03", "t07,t03")]
    public void Of_AWish_IsSpreadOverTheFleetOrAsNamed(string wish, string expected) => Assert.Equal(expected, string.Join(',', CanaryChoice.Of(wish, Fleet, View)));

    [Fact]
    public void Of_SilentUnwellAndBusyThings_AreNotChosen()
    {
        ThingState[] fleet = [Fleet[0] with { ReportedAt = Rotations.Start.AddDays(-1) }, Fleet[1] with { Health = "upload: denied" }, Fleet[2] with { Step = "proving" }, Fleet[3]];
        Assert.Equal(["t03"], CanaryChoice.Of("100%", fleet, View));
        Assert.Contains("--canary", Assert.Throws<UsageException>(() => CanaryChoice.Of("1", fleet[..3], View)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_NameThatIsNotThere_SaysWhichIsNear() => Assert.Contains("did you mean 't01'", Assert.Throws<UsageException>(() => CanaryChoice.Of("t011", Fleet, View)).Message, StringComparison.Ordinal);
}
