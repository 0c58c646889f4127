using Xunit.Abstractions;

namespace DeviceAgent.FleetSimulation;

/// <summary>10,000 devices: what they do to the provider when it, or their power, comes back.</summary>
public sealed class FleetTests(ITestOutputHelper output)
{
    private readonly Scenario _scenario = new(devices: 10_000, seed: 1);

    [Fact]
    public async Task Outage_OfAnHour_TheFleetComesBackBelowTwiceItsSteadyRate() => Judge(await _scenario.OutageAsync(TimeSpan.FromHours(1), Scenario.ServiceFault));

    [Fact]
    public async Task PowerReturn_OfAllAtOnce_TheFleetComesBackBelowTwiceItsSteadyRate() => Judge(await _scenario.PowerReturnAsync(Scenario.FleetsSpread));

    private void Judge(Course course)
    {
        output.WriteLine(TextPlot.Of(course));
        Assert.InRange(course.Peak, 1, 2);
        Assert.InRange(course.ServedAfter, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(31));
    }
}
