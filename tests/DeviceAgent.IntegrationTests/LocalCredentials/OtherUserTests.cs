using System.Globalization;
using DeviceAgent.Rigs.Support;

namespace DeviceAgent.IntegrationTests.LocalCredentials;

/// <summary>Programs of another user, and of a container's network. They change their user, for which the tests must be root.</summary>
public sealed class OtherUserTests
{
    private const int Nobody = 65_534;

    private static readonly string[] _asNobody = [$"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups"];

    [Fact]
    public async Task Socket_OfAUserThatIsNotAllowed_RefusesAndAudits()
    {
        using var folder = new OpenFolder();
        await using var rig = await CredentialsRig.StartAsync(null, $"endpoint.socket={folder.Path}/device-agent.sock", "endpoint.socketMode=0666");

        Assert.Equal(403, await AsNobodyAsync("--unix-socket", $"{folder.Path}/device-agent.sock", "http://localhost/v1/credentials"));
        Assert.Equal(403, await AsNobodyAsync("--unix-socket", $"{folder.Path}/device-agent.sock", "-X", "POST", "http://localhost/v1/credentials/refresh"));
        Assert.Equal(200, await AsNobodyAsync("--unix-socket", $"{folder.Path}/device-agent.sock", "http://localhost/v1/status"));

        Assert.Equal(0, await rig.Agent.TerminateAsync());
        Assert.Equal(2, rig.Audit().Count(l => l.GetProperty("uid").GetInt32() == Nobody && l.GetProperty("outcome").GetString() == "refused"));
    }

    [Fact]
    public async Task Socket_OfAUserOfTheAllowList_Answers()
    {
        using var folder = new OpenFolder();
        await using var rig = await CredentialsRig.StartAsync(null, $"endpoint.socket={folder.Path}/device-agent.sock", "endpoint.socketMode=0666", "credentials.allowedUsers=nobody");

        Assert.Equal(200, await AsNobodyAsync("--unix-socket", $"{folder.Path}/device-agent.sock", "http://localhost/v1/credentials"));
    }

    [Fact]
    public async Task Port_OtherUserWithoutTheTokenFile_GetsNothingWhileAGoodClientIsServed()
    {
        using var folder = new OpenFolder();
        await using var rig = await CredentialsRig.StartAsync(null, $"credentials.clientsDirectory={folder.Path}");
        var client = (await rig.CommandAsync("clients", "add", "telemetry", "--set", $"credentials.clientsDirectory={folder.Path}")).Succeeded().Split('\n')[1].Split('=')[1];

        Assert.NotEqual(0, (await Command.RunAsync("setpriv", [.. _asNobody, "cat", client])).ExitCode);
        Assert.Equal(401, await AsNobodyAsync(rig.Url.ToString()));
        Assert.Equal(200, await StatusAsync("curl", [], "-H", $"Authorization: {await File.ReadAllTextAsync(client)}", rig.Url.ToString()));

        Assert.Equal(0, await rig.Agent.TerminateAsync());
        Assert.Contains(rig.Audit(), l => l.GetProperty("way").GetString() == "container" && l.GetProperty("uid").GetInt32() == Nobody && l.GetProperty("outcome").GetString() == "refused");
    }

    [Fact]
    public async Task Port_FromANetworkOfItsOwn_CannotBeReached()
    {
        await using var rig = await CredentialsRig.StartAsync();

        var result = await Command.RunAsync("unshare", ["--net", "curl", "-s", "--max-time", "5", rig.Url.ToString()]);

        // 7: could not connect.
        Assert.Equal((7, ""), (result.ExitCode, result.Output));
    }

    private static Task<int> AsNobodyAsync(params string[] curl) => StatusAsync("setpriv", [.. _asNobody, "curl"], curl);

    private static async Task<int> StatusAsync(string program, string[] before, params string[] curl) =>
        int.Parse((await Command.RunAsync(program, [.. before, "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "20", .. curl])).Succeeded(), CultureInfo.InvariantCulture);

    /// <summary>A folder that every user can pass.</summary>
    private sealed class OpenFolder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("device-agent-open-");

        public OpenFolder()
        {
            if (!OperatingSystem.IsWindows()) _folder.UnixFileMode |= UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        }

        public string Path => _folder.FullName;

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
