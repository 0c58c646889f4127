using DeviceAgent.Testbed.Demo;
using DeviceAgent.Testbed.Hosting;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Testbed.Tests.Demo;

public sealed class LiveViewTests
{
    private static readonly Trouble Denied = new("the role is denied", new DateTimeOffset(2026, 3, 1, 10, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Show_WidthUnknown_LosesNothing(int columns)
    {
        using var output = new StringWriter();
        new LiveView(output, () => columns, new ManualTimeProvider()).Show([new DeviceStatus("thermostat-01", AgentRunning: true, Connected: true, 123_456, 78.9, CredentialExpiration: null) { Trouble = Denied }]);

        Assert.EndsWith("thermostat-01: 123456 rows, 78.9/s, credentials none yet, trouble: since 10:00:00 UTC: the role is denied\n", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Show_NarrowTerminal_CutsAtItsEdge()
    {
        using var output = new StringWriter();
        new LiveView(output, () => 40, new ManualTimeProvider()).Show([new DeviceStatus("thermostat-01", AgentRunning: true, Connected: true, 123_456, 78.9, CredentialExpiration: null)]);

        Assert.Equal("\e[2Kthermostat-01      123456    78.9  none", output.ToString().Split('\n')[1]);
    }

    [Fact]
    public void Show_FewDevices_WritesALineEach()
    {
        Assert.Equal(LiveView.MostDevices, Lines(LiveView.MostDevices).Length);
    }

    [Fact]
    public void Show_TwoHundredDevices_WritesOneLineWithTheirSums()
    {
        var line = Assert.Single(Lines(200));
        Assert.EndsWith("200 devices: 199 agents running, 2000 rows, 100.0/s, 1 in trouble, thermostat-150: since 10:00:00 UTC: the role is denied", line, StringComparison.Ordinal);
    }

    private static string[] Lines(int devices)
    {
        using var output = new StringWriter();
        new LiveView(output, () => 0, new ManualTimeProvider()).Show([.. Enumerable.Range(1, devices).Select(n =>
            new DeviceStatus(DeviceFolder.Name(n), AgentRunning: n != 7, Connected: true, Rows: 10, RowsPerSecond: 0.5, CredentialExpiration: null) { Trouble = n == 150 ? Denied : null })]);
        return output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }
}
