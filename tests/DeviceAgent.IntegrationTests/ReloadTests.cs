using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed.Demo;

namespace DeviceAgent.IntegrationTests;

/// <summary>SIGHUP, as <c>systemctl reload</c> sends it, and as a terminal does that is closed.</summary>
public sealed class ReloadTests
{
    private const string Thing = TestCloud.Thing;
    private const int SlowSeconds = 3600;

    [Fact]
    public async Task Hup_IntervalChangedThenTheFileBroken_ReadingsComeFasterAndGoOn()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        Configure(configuration, SlowSeconds);
        using var supervisor = new NotifySocket(cloud.Directory);
        await using var agent = RunningAgent.Run(configuration, [], new Dictionary<string, string> { ["NOTIFY_SOCKET"] = supervisor.Path });
        await supervisor.HearAsync("READY=1");

        Configure(configuration, 0.1, ("region", "us-east-2"));
        var before = Microseconds();
        await HangUpAsync(agent);
        var reloading = (await supervisor.HearAsync("RELOADING=1")).Split('\n');
        Assert.StartsWith("MONOTONIC_USEC=", reloading[1], StringComparison.Ordinal);
        Assert.InRange(long.Parse(reloading[1].Split('=')[1], System.Globalization.CultureInfo.InvariantCulture), before, Microseconds());
        await supervisor.HearAsync("READY=1");
        await agent.WaitForOutputAsync("The configuration was read again: source.intervalSeconds = 0.1.");
        await agent.WaitForOutputAsync("region: take effect at the next start.");
        await cloud.WaitForRowsAsync(Thing, 10, agent);

        File.WriteAllText(configuration, "{ \"thingName\": ");
        await HangUpAsync(agent);
        await supervisor.HearAsync("RELOADING=1");
        Assert.Contains("not valid JSON", await supervisor.HearAsync("READY=1"), StringComparison.Ordinal);
        await agent.WaitForOutputAsync("--config = " + configuration);
        await cloud.WaitForRowsAsync(Thing, (await cloud.ItemsAsync(Thing)).Count + 10, agent);
        Assert.Equal(0, await agent.TerminateAsync());
    }

    [Fact]
    public async Task Hup_InBurstsFromTheStartToTheEnd_TheLastConfigurationCountsAndTheAgentEndsAsAsked()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        Configure(configuration, SlowSeconds);
        await using var agent = RunningAgent.Run(configuration);
        await CatchesHangUpAsync(agent);
        Configure(configuration, SlowSeconds - 1);
        await HangUpAsync(agent);
        await agent.WaitForOutputAsync("The configuration was read again");

        for (var i = 0; i < 20; i++)
        {
            Configure(configuration, i == 19 ? 0.1 : SlowSeconds + i);
            await HangUpAsync(agent);
        }

        await agent.WaitForOutputAsync("source.intervalSeconds = 0.1.");
        await cloud.WaitForRowsAsync(Thing, 10, agent);
        var script = $"kill -TERM {agent.ProcessId}; while kill -HUP {agent.ProcessId} 2>/dev/null; do :; done";
        var ended = agent.WaitForExitAsync();
        await Command.RunAsync("bash", ["-c", script]);
        Assert.Equal(0, await ended);
    }

    [Fact]
    public async Task Terminal_Closed_EndsTheAgentAsItIsAskedTo()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        Configure(configuration, 0.1);
        var (log, start) = (Path.Combine(cloud.Directory, "terminal.log"), AgentProcess.StartInfo(["run", "--config", configuration]));
        var command = $"echo $$ > '{log}.pid'; exec '{start.FileName}' {string.Join(' ', start.ArgumentList.Select(a => $"'{a}'"))} > '{log}' 2>&1";
        using var terminal = Command.Start("script", ["--quiet", "--return", "--command", command, "/dev/null"], null, null);
        try
        {
            await UntilAsync(() => File.Exists(log) && File.ReadAllText(log).Contains("device-agent", StringComparison.Ordinal) && (cloud.ItemsAsync(Thing).GetAwaiter().GetResult()).Count > 0, () => Log(log));
        }
        finally
        {
            terminal.Kill();
        }

        var agent = File.ReadAllText(log + ".pid").Trim();
        await UntilAsync(() => !Directory.Exists($"/proc/{agent}"), () => Log(log));
        Assert.Contains("The terminal was closed", Log(log), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(configuration)!, "state", "device-agent.sock")), "it did not end as asked");
    }

    private static string Log(string path) => File.Exists(path) ? File.ReadAllText(path) : "no log";

    private static void Configure(string path, double intervalSeconds, params (string Key, string Value)[] changes)
    {
        var settings = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        settings["source"] = new JsonObject { ["kind"] = "simulated", ["intervalSeconds"] = intervalSeconds };
        settings["upload"] = new JsonObject { ["maxDelaySeconds"] = 0.2 };
        settings["spool"] = new JsonObject { ["groupCommitSeconds"] = 0.2 };
        foreach (var (key, value) in changes) settings[key] = value;
        File.WriteAllText(path + ".new", settings.ToJsonString());
        File.Move(path + ".new", path, overwrite: true);
    }

    private static async Task HangUpAsync(RunningAgent agent) => (await Command.RunAsync("kill", ["-HUP", $"{agent.ProcessId}"])).Succeeded();

    /// <summary>Waits until the process handles the signal: what comes before ends any process.</summary>
    private static Task CatchesHangUpAsync(RunningAgent agent) => UntilAsync(
        () => File.ReadLines($"/proc/{agent.ProcessId}/status").First(l => l.StartsWith("SigCgt:", StringComparison.Ordinal)) is var caught && (Convert.ToUInt64(caught.Split('\t')[1], 16) & 1) != 0,
        () => agent.Output);

    private static async Task UntilAsync(Func<bool> isSo, Func<string> otherwise)
    {
        using var timeout = new CancellationTokenSource(RunningAgent.Patience);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        try
        {
            while (!isSo()) await poll.WaitForNextTickAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail(otherwise());
        }
    }

    private static long Microseconds() => (long)TimeProvider.System.GetElapsedTime(0).TotalMicroseconds;

    /// <summary>What systemd listens on.</summary>
    private sealed class NotifySocket : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        private readonly Channel<string> _messages = Channel.CreateUnbounded<string>();
        private readonly List<string> _heard = [];
        private readonly Task _listening;

        public NotifySocket(string folder)
        {
            Path = System.IO.Path.Combine(folder, "notify");
            _socket.Bind(new UnixDomainSocketEndPoint(Path));
            _listening = ListenAsync();
        }

        public string Path { get; }

        /// <summary>The next message that begins so; those before it are passed over.</summary>
        public async Task<string> HearAsync(string start)
        {
            using var timeout = new CancellationTokenSource(RunningAgent.Patience);
            try
            {
                while (true)
                {
                    var message = await _messages.Reader.ReadAsync(timeout.Token);
                    _heard.Add(message);
                    if (message.StartsWith(start, StringComparison.Ordinal)) return message;
                }
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"the supervisor did not hear {start} but:\n{string.Join("\n", _heard)}");
                throw;
            }
        }

        public void Dispose()
        {
            _socket.Dispose();
            _listening.GetAwaiter().GetResult();
        }

        private async Task ListenAsync()
        {
            var buffer = new byte[65536];
            try
            {
                while (true) _messages.Writer.TryWrite(Encoding.UTF8.GetString(buffer, 0, await _socket.ReceiveAsync(buffer)));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Closed.
            }
        }
    }
}
