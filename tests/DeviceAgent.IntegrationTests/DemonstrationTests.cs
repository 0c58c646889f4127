using System.Text.RegularExpressions;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed.Demo;

namespace DeviceAgent.IntegrationTests;

/// <summary>The README's first command.</summary>
public sealed partial class DemonstrationTests
{
    public static string Testbed { get; } = Path.Combine(AppContext.BaseDirectory, "DeviceAgent.Testbed.dll");

    [Fact]
    public async Task Testbed_WithDuration_LandsReadingsThatEqualTheirLines()
    {
        var result = await Command.RunAsync("dotnet", [Testbed, "--duration", "20s", "--devices", "2", "--port-base", "0"]);

        var output = result.Succeeded();
        var landed = Verdict().Matches(output);
        Assert.Equal(["thermostat-01", "thermostat-02"], landed.Select(m => m.Groups["thing"].Value));
        Assert.All(landed, m => Assert.True(int.Parse(m.Groups["rows"].Value) > 10, output));
    }

    [Fact]
    public async Task Device_PreparedAgain_GoesOnWhereItWas()
    {
        await using var cloud = await TestCloud.StartAsync();

        // What lands at 200 a second takes longer to replay at 10 a second than the second wait is patient.
        var before = await ReplayAsync(2000, "source.speed=12000");
        await ReplayAsync(before + 20);

        async Task<int> ReplayAsync(int rows, params string[] settings)
        {
            await using var agent = RunningAgent.Run(await cloud.DeviceAsync(), ["upload.maxDelaySeconds=1", .. settings]);
            await cloud.WaitForRowsAsync(TestCloud.Thing, rows, agent);
            Assert.Equal(0, await agent.TerminateAsync());
            var landed = await LandedReadings.CompareAsync(cloud.DynamoDb, TestCloud.Thing, RoomReadings.Load(), CancellationToken.None);
            Assert.Empty(landed.Faults);
            return (int)landed.Rows;
        }
    }

    [Fact]
    public async Task Testbed_PortTaken_SaysSoAndExits2()
    {
        await using var cloud = await TestCloud.StartAsync();

        var result = await Command.RunAsync("dotnet", [Testbed, "--duration", "1s", "--port-base", $"{cloud.Cloud.Host.Port(DeviceAgent.Testbed.Hosting.Listener.DynamoDb)}"]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--port-base", result.Error);
    }

    [GeneratedRegex("^(?<thing>[a-z0-9-]+): (?<rows>[0-9]+) of the replayed readings stand in the table; every one equals its line in the file$", RegexOptions.Multiline)]
    private static partial Regex Verdict();
}
