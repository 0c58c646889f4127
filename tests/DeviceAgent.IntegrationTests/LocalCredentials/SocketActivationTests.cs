using DeviceAgent.Rigs.Hostile;

namespace DeviceAgent.IntegrationTests.LocalCredentials;

/// <summary>The port is listened on by whoever starts the agent, as systemd does with device-agent-credentials.socket.</summary>
public sealed class SocketActivationTests
{
    /// <summary>Listens on the port that is its first argument, and becomes the program of the others.</summary>
    private const string Starter = """
        import fcntl, os, socket, sys
        made = [socket.create_server(("127.0.0.1", int(sys.argv[1]))), socket.create_server(("::1", int(sys.argv[1])), family=socket.AF_INET6)]
        high = [fcntl.fcntl(s.fileno(), fcntl.F_DUPFD, 10) for s in made]
        for n, descriptor in enumerate(high): os.dup2(descriptor, 3 + n, inheritable=True)
        for descriptor in high: os.close(descriptor)
        os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="2", LISTEN_FDNAMES="credentials:credentials")
        os.execvp(sys.argv[2], sys.argv[2:])
        """;

    [Fact]
    public async Task Agent_StartedWithItsSockets_AnswersOnThem()
    {
        await using var rig = await CredentialsRig.PrepareAsync();
        await rig.RunUnderAsync(["python3", "-c", Starter, $"{rig.Port}"]);
        await rig.Agent.WaitForOutputAsync("AWS credentials ASIA");

        foreach (var address in new[] { "127.0.0.1", "::1" }) Assert.Contains($"systemd holds port {rig.Port} of {address} for the agent", rig.Agent.Output, StringComparison.Ordinal);
        var good = new GoodClient(rig.Port, await rig.AddClientTokenAsync("good"));
        await good.AskAsync();
        Assert.Empty(good.Failures);
        Assert.Equal(0, await rig.Agent.TerminateAsync());
    }
}
