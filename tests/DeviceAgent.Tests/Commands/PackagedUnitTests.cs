using System.Globalization;
using DeviceAgent.Local;
using DeviceAgent.Settings;

namespace DeviceAgent.Tests.Commands;

/// <summary>What the units in <c>packaging</c> bound.</summary>
public sealed class PackagedUnitTests
{
    private const int Hour = 3600;

    /// <summary>With no bound, a client that connects again and again starts an agent with a wrong configuration for ever.</summary>
    [Fact]
    public void Socket_AgentThatEndsAtOnce_IsStartedABoundedNumberOfTimesAndACrashLoopDoesNotCloseThePort()
    {
        var (socket, service) = (Read("device-agent-credentials.socket"), Read("device-agent.service"));
        Assert.Equal(("yes", "78"), (socket["FlushPending"], service["RestartPreventExitStatus"]));

        // What closes the port, in older versions of systemd: not reached by starts after a failure of another kind.
        var (triggers, period) = (Number(socket["TriggerLimitBurst"]), Seconds(socket["TriggerLimitIntervalSec"]));
        Assert.InRange(triggers, (period / Seconds(service["RestartSec"])) + 1, 10 * period / Seconds(service["RestartSec"]));

        // What only makes it wait comes first.
        Assert.InRange(Number(socket["PollLimitBurst"]) * Hour / Seconds(socket["PollLimitIntervalSec"]), 1, triggers * Hour / period / 2);
    }

    /// <summary>Members of the group may enter the folder of the socket, and nobody the state directory; commands look for the agent there without being told.</summary>
    [Fact]
    public void Service_RuntimeDirectory_IsTheOneWhereCommandsLookAndOpenToItsGroup()
    {
        var service = Read("device-agent.service");
        Assert.Equal(("device-agent", "0750", "device-agent"), (service["RuntimeDirectory"], service["RuntimeDirectoryMode"], service["Group"]));
        Assert.Equal("0700", service["StateDirectoryMode"]);
        var settings = new SettingsReader("", [], "/", []);
        Assert.Equal($"/run/{service["RuntimeDirectory"]}/device-agent.sock", EndpointOptions.Read(settings, $"/var/lib/{service["StateDirectory"]}").Sockets.First());
    }

    private static int Number(string value) => int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);

    private static int Seconds(string value) => value switch
    {
        [.. var hours, 'h'] => Number(hours) * Hour,
        [.. var minutes, 'm', 'i', 'n'] => Number(minutes) * 60,
        [.. var seconds, 's'] => Number(seconds),
        _ => Number(value),
    };

    private static Dictionary<string, string> Read(string file)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "global.json"))) folder = Path.GetDirectoryName(folder)!;
        return File.ReadLines(Path.Combine(folder, "packaging", "systemd", file))
            .Where(line => line.Contains('=') && line[0] != '#')
            .Select(line => line.Split('=', 2))
            .GroupBy(pair => pair[0], pair => pair[1])
            .ToDictionary(group => group.Key, group => group.Last());
    }
}
