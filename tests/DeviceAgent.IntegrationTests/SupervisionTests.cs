using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using DeviceAgent.Rigs.Disks;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed.Demo;
using Xunit.Abstractions;

namespace DeviceAgent.IntegrationTests;

/// <summary>The agent as a process, with this one in the place of systemd.</summary>
public sealed class SupervisionTests(ITestOutputHelper output)
{
    private const string Ping = "WATCHDOG=1";
    private const string Ready = "READY=1";

    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Start_ProviderTakesConnectionsAndNeverAnswers_IsReadyBeforeAnyRequestHasEnded()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        using var hole = new BlackHole();
        await using var systemd = NotifySocket.File(cloud.Directory);
        await using var agent = RunningAgent.Run(configuration, [$"credentialsEndpoint={hole.Url.Authority}", $"dynamoDbEndpoint={hole.Url}", "source.kind=simulated"], systemd.Environment());
        await systemd.WaitForAsync(Ready, agent: agent);

        Assert.DoesNotContain("not fetched", agent.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("delayed", agent.Output, StringComparison.Ordinal);

        // The log takes a way of its own, and may come later.
        await agent.WaitForOutputAsync("Local programs are answered on");
    }

    [Fact]
    public async Task Outage_EverythingRefuses_PingsGoOnAndTheStatusTellsWhy()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        await using var systemd = NotifySocket.Abstract();
        var nobody = $"localhost:{FreePort.Next()}";
        await using var agent = RunningAgent.Run(
            configuration, [$"credentialsEndpoint={nobody}", $"dynamoDbEndpoint=http://{nobody}", $"mqttEndpoint={nobody}", "source.kind=simulated"], systemd.Environment(Watchdog));
        await systemd.WaitForAsync("STATUS=No upload now", agent: agent);

        var before = systemd.Count(Ping);
        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since) < 5 * Watchdog) await systemd.WaitForAsync(Ping, behind: systemd.Heard.Count, agent);
        Assert.InRange(systemd.Count(Ping) - before, 10, 30);
        AssertNoGap(systemd, Watchdog);
        Assert.Equal(1, systemd.Count(Ready));
        Assert.DoesNotContain("A loop hangs", agent.Output, StringComparison.Ordinal);
        Assert.Contains("no connection to AWS IoT", systemd.Heard.Last(n => n.Text.StartsWith("STATUS=", StringComparison.Ordinal)).Text, StringComparison.Ordinal);

        Assert.Equal(0, await agent.TerminateAsync());
        await systemd.WaitForAsync("STOPPING=1");
    }

    [Fact]
    public async Task Start_AListenerCannotBeOpened_IsReadyAllTheSame()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await using var systemd = NotifySocket.Abstract();
        await using var agent = RunningAgent.Run(configuration, [$"endpoint.port={((IPEndPoint)taken.LocalEndpoint).Port}", "source.kind=simulated"], systemd.Environment());
        await systemd.WaitForAsync(Ready, agent: agent);
        await agent.WaitForOutputAsync(" is taken by ");
    }

    [Fact]
    public async Task Start_WrongConfiguration_TheStatusTellsTheFirstErrorAndItIsNeverReady()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        await using var systemd = NotifySocket.Abstract();
        await using var agent = RunningAgent.Run(configuration, ["upload.batchSize=1000", "logLevel=loud"], systemd.Environment(Watchdog));
        Assert.Equal(78, await agent.WaitForExitAsync());
        await systemd.WaitForAsync("STATUS=Wrong configuration: ");
        var told = Assert.Single(systemd.Heard).Text;
        Assert.Contains("upload.batchSize = 1000: ", told, StringComparison.Ordinal);
        Assert.EndsWith("(and 1 more, see the log)", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disk_Freezes_StarvesTheWatchdogUntilItThaws()
    {
        if (!RootRights.Available(output)) return;
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        await using var shelf = await DiskShelf.CreateAsync();
        var disk = await shelf.FormatAsync(64);
        await using var systemd = NotifySocket.Abstract();
        await using var agent = RunningAgent.Run(configuration, [$"stateDirectory={disk.Folder}/state", "spool.reserveMegabytes=0", "source.kind=stdin"], systemd.Environment(Watchdog));
        await systemd.WaitForAsync(Ready, agent: agent);
        await agent.Input.WriteLineAsync("""{"temperature":1}""");
        await TestCloud.WaitForRowsAsync(cloud.DynamoDb, TestCloud.Thing, 1, agent);
        await systemd.WaitForAsync(Ping, behind: systemd.Heard.Count, agent);

        await ShellAsync("fsfreeze", "-f", disk.Folder);
        int starved;
        try
        {
            await agent.Input.WriteLineAsync("""{"temperature":2}""");
            await systemd.WaitForAsync("STATUS=HANGS, the watchdog is not fed: spool", agent: agent);
            starved = systemd.Heard.Count;
            Assert.Contains("A loop hangs: spool (for ", await agent.WaitForLineAsync("A loop hangs"), StringComparison.Ordinal);

            // Three looks of the agent at its loops, a period in all: long enough for systemd to end it.
            for (var (look, behind) = (0, starved); look < 3; look++)
            {
                await systemd.WaitForAsync("STATUS=HANGS", behind, agent);
                behind = systemd.Heard.Count;
            }

            Assert.DoesNotContain(systemd.Heard.Skip(starved), n => n.Text == Ping);
        }
        finally
        {
            await ShellAsync("fsfreeze", "-u", disk.Folder);
        }

        await systemd.WaitForAsync(Ping, behind: starved, agent);
        await agent.WaitForOutputAsync("All loops live again");
        await TestCloud.WaitForRowsAsync(cloud.DynamoDb, TestCloud.Thing, 2, agent);
        Assert.Equal(0, await agent.TerminateAsync());
    }

    [Fact]
    public async Task Journal_IsTheOutput_EveryLineHasItsLevel()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();

        // A directory cannot be read: the source fails, and with it the agent, which logs an exception of many lines.
        var agent = await RunInJournalAsync("$(stat -L -c %d:%i /proc/$$/fd/1)", configuration);
        Assert.Equal(1, agent.ExitCode);
        var lines = agent.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, l => Assert.Matches("^<[0-7]>[a-z-]+\\[[0-9]+\\] ", l));
        Assert.Contains(lines, l => l.StartsWith("<6>agent[2300] device-agent ", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("<3>", StringComparison.Ordinal) && l.Contains("   at ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Journal_IsAnotherStream_TheLogIsAsOnATerminal()
    {
        await using var cloud = await TestCloud.StartAsync();
        var agent = await RunInJournalAsync("8:1", await cloud.DeviceAsync());
        Assert.Contains("Z info: agent[2300] device-agent ", agent.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("<6>", agent.Output, StringComparison.Ordinal);
    }

    /// <summary>Both outputs are one pipe, as systemd makes them one socket.</summary>
    private static Task<CommandResult> RunInJournalAsync(string stream, string configuration)
    {
        var start = AgentProcess.StartInfo("run", "--config", configuration, "--set", "source.kind=stdin");
        return Command.RunAsync("bash", ["-c", $"export JOURNAL_STREAM={stream}; exec \"$0\" \"$@\" 2>&1 < /", start.FileName, .. start.ArgumentList]);
    }

    private static void AssertNoGap(NotifySocket systemd, TimeSpan longest)
    {
        var pings = systemd.Heard.Where(n => n.Text == Ping).ToList();
        foreach (var (one, next) in pings.Zip(pings.Skip(1))) Assert.True(Stopwatch.GetElapsedTime(one.At, next.At) < longest, $"no ping for {Stopwatch.GetElapsedTime(one.At, next.At)}");
    }

    private static async Task ShellAsync(string program, params string[] arguments) => (await Command.RunAsync(program, arguments)).Succeeded();
}
