using System.Net.Sockets;
using System.Runtime.Versioning;
using DeviceAgent.Local;

namespace DeviceAgent.Tests.Local;

[UnsupportedOSPlatform("windows")]
public sealed class SocketFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string SocketPath => _folder.File("agent.sock");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Bind_NothingThere_HasItsModeBeforeItListens()
    {
        using var socket = Bind(EndpointOptions.DefaultSocketMode);
        Assert.Equal(EndpointOptions.DefaultSocketMode, File.GetUnixFileMode(SocketPath));
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        Assert.Equal(SocketError.ConnectionRefused, Assert.Throws<SocketException>(() => client.Connect(new UnixDomainSocketEndPoint(SocketPath))).SocketErrorCode);
    }

    [Fact]
    public void Bind_FileOfAProcessThatIsGone_IsReplaced()
    {
        LeaveStale();
        using var socket = Bind();
        socket.Listen();
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(SocketPath));
    }

    [Fact]
    public void Bind_LinkToASocketThatIsGone_IsReplaced()
    {
        File.CreateSymbolicLink(SocketPath, _folder.File("gone.sock"));
        using var socket = Bind();
        Assert.Null(new FileInfo(SocketPath).LinkTarget);
    }

    [Fact]
    public void Bind_AnotherListens_IsRefusedAndLeavesItAlone()
    {
        using var other = Bind();
        other.Listen();
        var refusal = Assert.Throws<EndpointException>(() => Bind());
        Assert.Contains("another process listens", refusal.Message, StringComparison.Ordinal);
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(SocketPath));
    }

    [Fact]
    public void Bind_AFileInTheWay_IsRefusedAndLeftAlone()
    {
        File.WriteAllText(SocketPath, "precious");
        Assert.Contains("is not a socket", Assert.Throws<EndpointException>(() => Bind()).Message, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(SocketPath));
    }

    [Fact]
    public void Bind_NoFolder_SaysWhatToDo()
    {
        var path = _folder.File("none/agent.sock");
        var refusal = Assert.Throws<EndpointException>(() => SocketFile.Bind(SocketFile.Address(path), path, EndpointOptions.DefaultSocketMode));
        Assert.Contains("its folder exists", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Address_PathTooLong_SaysWhatToDo() =>
        Assert.Contains("endpoint.socket", Assert.Throws<EndpointException>(() => SocketFile.Address("/" + new string('x', 107))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Service_AnotherListens_SaysSoAndGoesOn()
    {
        await using var first = await TestEndpoint.StartAsync();
        await using var again = await TestEndpoint.StartAsync(socketPath: first.SocketPath);
        await again.Log.WaitAsync(2401);
        Assert.Contains(again.Log.Texts, t => t.Contains("another process listens", StringComparison.Ordinal));
        using var answer = await first.GetAsync("/v1/status");
        Assert.True(answer.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Service_Stopped_TakesItsFileAway()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        Assert.True(File.Exists(endpoint.SocketPath));
        await endpoint.StopAsync();
        Assert.False(File.Exists(endpoint.SocketPath));
    }

    /// <summary>Who looks in the state directory, as for an earlier agent, finds it; the link of an agent that was killed, or its socket, is replaced.</summary>
    [Fact]
    public async Task Service_SocketElsewhere_IsFoundInTheStateDirectoryWhileItRuns()
    {
        await using var endpoint = await TestEndpoint.StartAsync(socketPath: SocketPath);
        await endpoint.Log.WaitAsync(2400);
        var place = Path.Combine(endpoint.Folder, EndpointOptions.SocketName);
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(place));
        await endpoint.StopAsync();
        Assert.Null(new FileInfo(place).LinkTarget);
    }

    [Fact]
    public void Link_OfAnAgentThatWasKilled_IsReplacedButNoFileOfSomebodyElse()
    {
        File.CreateSymbolicLink(_folder.File(EndpointOptions.SocketName), _folder.File("gone.sock"));
        using (SocketLink.Make(_folder.Path, SocketPath)) Assert.Equal(SocketPath, new FileInfo(_folder.File(EndpointOptions.SocketName)).LinkTarget);
        Assert.False(File.Exists(_folder.File(EndpointOptions.SocketName)));

        _folder.Write(EndpointOptions.SocketName, "precious");
        Assert.Null(SocketLink.Make(_folder.Path, SocketPath));
        Assert.Equal("precious", File.ReadAllText(_folder.File(EndpointOptions.SocketName)));
        Assert.Null(SocketLink.Make(_folder.Path, null));
    }

    private Socket Bind(UnixFileMode mode = EndpointOptions.DefaultSocketMode) => SocketFile.Bind(SocketFile.Address(SocketPath), SocketPath, mode);

    /// <summary>A socket's file stays when its process is killed; here it is moved aside while the socket is closed.</summary>
    private void LeaveStale()
    {
        using (Bind()) File.Move(SocketPath, SocketPath + ".aside");
        File.Move(SocketPath + ".aside", SocketPath);
    }
}
