using DeviceAgent.Testbed.Demo;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Testbed.Tests.Demo;

public sealed class LiveViewTests
{
    [Fact]
    public void Show_FewDevices_WritesALineEach()
    {
        Assert.Equal(LiveView.MostDevices, Lines(LiveView.MostDevices).Length);
    }

    [Fact]
    public void Show_TwoHundredDevices_WritesOneLineWithTheirSums()
    {
        var line = Assert.Single(Lines(200));
        Assert.EndsWith("200 devices: 199 agents running, 2000 rows, 100.0/s, 1 had errors, thermostat-150: the role is denied", line, StringComparison.Ordinal);
    }

    private static string[] Lines(int devices)
    {
        using var output = new StringWriter();
        new LiveView(output, terminal: false, new ManualTimeProvider()).Show([.. Enumerable.Range(1, devices).Select(n =>
            new DeviceStatus(DeviceFolder.Name(n), AgentRunning: n != 7, Rows: 10, RowsPerSecond: 0.5, CredentialExpiration: null, LastError: n == 150 ? "the role is denied" : null))]);
        return output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }
}
