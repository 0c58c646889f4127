using DeviceAgent.IntegrationTests.Starts;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Storage;

namespace DeviceAgent.IntegrationTests;

/// <summary>Root's commands on a state directory of somebody weaker, and two agents on one. The tests must be root.</summary>
public sealed class StateOwnerTests : IDisposable
{
    private const string Reading = """{"timestamp":"2026-03-01T12:00:00Z","t":1}""";

    private readonly DeviceFolder _device = new();

    public StateOwnerTests()
    {
        _device.SetMode(".", 711);
        _device.Section("credentials")["port"] = FreePort.Next();
        _device.Finish();
    }

    private string State => _device.PathOf("state");

    public void Dispose() => _device.Dispose();

    [Fact]
    public async Task Clients_AddedByRoot_AreMadeWithTheRightsOfTheOwner()
    {
        MakeState();
        var path = (await AgentAsync("clients", "add", "telemetry", "--group", "0")).Succeeded().Split('\n')[1].Split('=')[1];
        Assert.Equal((OtherUser.Id, 0u, (UnixFileMode)0b110_100_000), Facts(path));
        Assert.Equal(OtherUser.Id, Facts(Path.GetDirectoryName(path)!).User);

        // A link that the owner puts in the place of the folder leads to what the owner may write to, and no further.
        var roots = Directory.CreateDirectory(_device.PathOf("roots")).FullName;
        _device.SetMode("roots", 755);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        (await AsOtherAsync("ln", "-s", roots, Path.GetDirectoryName(path)!)).Succeeded();
        var refused = await AgentAsync("clients", "add", "telemetry");
        Assert.Equal(1, refused.ExitCode);
        Assert.Empty(Directory.GetFileSystemEntries(roots));
    }

    [Fact]
    public async Task ClientsAdd_ByRootWithoutAStateDirectory_MakesItForWhoeverIsNamedOrOwnsTheFolder()
    {
        var own = await AgentAsync("clients", "add", "telemetry");
        Assert.Contains("was made for root", own.Error, StringComparison.Ordinal);
        Assert.Equal(0u, Facts(State).User);
        Directory.Delete(State, recursive: true);

        OtherUser.Own(Path.GetDirectoryName(State)!);
        var theirs = await AgentAsync("clients", "add", "telemetry");
        Assert.DoesNotContain("was made for root", theirs.Error, StringComparison.Ordinal);
        Assert.Equal(OtherUser.Id, Facts(State).User);
        Assert.Equal(OtherUser.Id, Facts(theirs.Succeeded().Split('\n')[1].Split('=')[1]).User);
        Directory.Delete(State, recursive: true);

        var added = await AgentAsync("clients", "add", "telemetry", "--user", $"{OtherUser.Id}");
        Assert.Equal(OtherUser.Id, Facts(State).User);
        Assert.Equal(OtherUser.Id, Facts(added.Succeeded().Split('\n')[1].Split('=')[1]).User);
    }

    [Fact]
    public async Task Run_ByRoot_BecomesTheOwnerAndTheSecondAgentNamesTheFirst()
    {
        MakeState();
        await using var first = RunningAgent.Run(_device.PathOf("agent.json"));
        await first.WaitForOutputAsync("Spool ");
        Assert.All(Directory.GetFiles(State), f => Assert.Equal(OtherUser.Id, Facts(f).User));
        Assert.Contains($"\nUid:\t{OtherUser.Id}\t{OtherUser.Id}\t{OtherUser.Id}\t", await File.ReadAllTextAsync($"/proc/{first.ProcessId}/status"), StringComparison.Ordinal);

        var second = await AgentAsync("run");
        Assert.Equal(74, second.ExitCode);
        Assert.Contains($"process {first.ProcessId}", second.Error, StringComparison.Ordinal);

        // Others may read no file, whatever the folder's mode is: they can hold no lock on one either.
        _device.SetMode("state", 755);
        Assert.All(Directory.GetFiles(State).Where(f => !f.EndsWith(".sock", StringComparison.Ordinal)), f => Assert.Equal(UnixFileMode.None, Facts(f).Rights & (UnixFileMode)0b111));
        Assert.Equal(0, await first.TerminateAsync());
    }

    [Theory]
    [InlineData("credentials")]
    [InlineData("run")]
    public async Task Command_ByRootAndTheOwnerMayNotReadTheTrustedCertificates_IsAWrongConfiguration(string command)
    {
        MakeState();
        File.Copy(_device.PathOf("certificate.pem"), _device.PathOf("ca.pem"));
        _device.SetMode("ca.pem", 600);
        var refused = await AgentAsync(command, "--set", "caPath=ca.pem");
        Assert.Equal(78, refused.ExitCode);
        Assert.Contains($"caPath = {_device.PathOf("ca.pem")}: the file cannot be read", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Error, StringComparison.Ordinal);
    }

    /// <summary>The owner can put anything into his folder while root's command runs.</summary>
    [Theory]
    [InlineData("control.json", "status")]
    [InlineData("certificate.json", "check")]
    [InlineData("role-alias.json", "credentials")]
    [InlineData("clock.json", "credentials")]
    [InlineData("credentials.lock", "credentials")]
    [InlineData("clients/c.token", "clients list")]
    public async Task Command_ByRootAndTheOwnerHasPutAPipeThere_Ends(string name, string command)
    {
        MakeState();
        if (Path.GetDirectoryName(name) is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(Path.Combine(State, folder));
            OtherUser.Own(Path.Combine(State, folder));
        }

        (await AsOtherAsync("mkfifo", Path.Combine(State, name))).Succeeded();
        var ended = await AgentAsync(command.Split(' '));
        Assert.DoesNotContain("   at ", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_ByRoot_FollowsNoLinkOfTheOwner()
    {
        MakeState();
        await using (var agent = RunningAgent.Run(_device.PathOf("agent.json")))
        {
            await agent.WaitForOutputAsync("device-agent.sock");
            using var socket = UnixHttp.Client(Path.Combine(State, "device-agent.sock"));
            using var content = new StringContent(Reading, System.Text.Encoding.UTF8, "application/json");
            using var answer = await socket.PostAsync("/v1/readings?class=critical", content);
            Assert.Equal(202, (int)answer.StatusCode);
            await agent.KillAsync();
        }

        var victim = _device.PathOf("victim");
        await File.WriteAllTextAsync(victim, "root's");
        var roots = Directory.CreateDirectory(_device.PathOf("roots")).FullName;
        (await AsOtherAsync("ln", "-s", victim, $"{State}/out.partial")).Succeeded();
        (await AsOtherAsync("ln", "-s", roots, $"{State}/link")).Succeeded();

        (await AgentAsync("spool", "export", "-o", $"{State}/out")).Succeeded();
        Assert.Equal("root's", await File.ReadAllTextAsync(victim));
        Assert.Contains("\"t\":1", await File.ReadAllTextAsync($"{State}/out"), StringComparison.Ordinal);
        Assert.Equal((0u, UnixFileMode.UserRead | UnixFileMode.UserWrite), (Facts($"{State}/out").User, Facts($"{State}/out").Rights));

        Assert.Equal(1, (await AgentAsync("spool", "export", "-o", $"{State}/link/out")).ExitCode);
        Assert.Empty(Directory.GetFileSystemEntries(roots));
        (await AgentAsync("spool", "export", "-o", $"{roots}/out")).Succeeded();
        Assert.All(Directory.GetFiles(State, "spool.*"), f => Assert.Equal(OtherUser.Id, Facts(f).User));
    }

    /// <summary>Who may write to the folder above it could lead root into any other user's folder.</summary>
    [Fact]
    public async Task Command_ByRootAndALinkOfSomebodyLeadsToAThirdUsersFolder_ChangesNothingThere()
    {
        const string third = "54321";
        var victim = Directory.CreateDirectory(_device.PathOf("victim")).FullName;
        await File.WriteAllTextAsync(Path.Combine(victim, "control.json"), "the third user's");
        (await Command.RunAsync("chown", ["-R", $"{third}:{third}", victim])).Succeeded();
        _device.SetMode("victim", 700);
        Directory.CreateSymbolicLink(State, victim);
        (await Command.RunAsync("chown", ["-h", $"{OtherUser.Id}:{OtherUser.Id}", State])).Succeeded();

        foreach (var command in new[] { "clients add c", "spool status", "run" }) Assert.NotEqual(0, (await AgentAsync(command.Split(' '))).ExitCode);
        Assert.Equal(["control.json"], Directory.GetFileSystemEntries(victim).Select(Path.GetFileName));
        Assert.Equal("the third user's", await File.ReadAllTextAsync(Path.Combine(victim, "control.json")));
    }

    private void MakeState()
    {
        Directory.CreateDirectory(State);
        _device.SetMode("state", 700);
        OtherUser.Own(State);
    }

    private Task<CommandResult> AgentAsync(params string[] arguments)
    {
        var info = Testbed.Demo.AgentProcess.StartInfo([.. arguments, "--config", _device.PathOf("agent.json")]);
        return Command.RunAsync(info.FileName, info.ArgumentList);
    }

    private static Task<CommandResult> AsOtherAsync(params string[] command) =>
        Command.RunAsync("setpriv", [$"--reuid={OtherUser.Id}", $"--regid={OtherUser.Id}", "--clear-groups", .. command]);

    private static (uint User, uint Group, UnixFileMode Rights) Facts(string path) =>
        FileStatus.Of(path, follow: false) is { } status ? (status.User, status.Group, status.Rights) : throw new FileNotFoundException(path);
}
