using DeviceAgent.Commands;
using DeviceAgent.Storage;
using DeviceAgent.Tests.Hosting;

namespace DeviceAgent.Tests.Commands;

public sealed class ClientsCommandTests : IDisposable
{
    private readonly TestDevice _device = new(TimeProvider.System);

    private string Clients => Path.Combine(_device.Folder, "state", "clients");

    public void Dispose() => _device.Dispose();

    [Fact]
    public async Task Add_NewClient_PrintsTheLinesOfItsEnvironment()
    {
        var (exit, output, _) = await RunAsync("add", "telemetry");
        Assert.Equal(ExitCode.Ok, exit);
        var file = Path.Combine(Clients, "telemetry.token");
        Assert.Equal($"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:8555/v1/credentials\nAWS_CONTAINER_AUTHORIZATION_TOKEN_FILE={file}\nAWS_REGION=us-east-1\nAWS_DEFAULT_REGION=us-east-1\n", output);
        Assert.DoesNotContain(await File.ReadAllTextAsync(file), output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_StateDirectoryOfTheOwnerOnly_SaysThatOthersCannotReachTheToken()
    {
        var (_, _, error) = await RunAsync("add", "telemetry");
        Assert.Contains("credentials.clientsDirectory", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_ClientThatThereIs_Fails()
    {
        await RunAsync("add", "telemetry");
        var before = await File.ReadAllTextAsync(Path.Combine(Clients, "telemetry.token"));
        var (exit, output, error) = await RunAsync("add", "telemetry");
        Assert.Equal((ExitCode.Failure, ""), (exit, output));
        Assert.Contains("device-agent clients rotate ", error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(Path.Combine(Clients, "telemetry.token")));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData(".x")]
    [InlineData("a b")]
    [InlineData("")]
    public async Task Add_NameThatCannotBeOne_Fails(string name)
    {
        var (exit, _, error) = await RunAsync("add", name);
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("cannot be a client's name", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_GroupThatThereIsNot_FailsAndLeavesNoToken()
    {
        var (exit, _, error) = await RunAsync("add", "telemetry", "--group", "no-such-group");
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("no-such-group", error, StringComparison.Ordinal);
        Assert.Equal("", (await RunAsync("list")).Output);
    }

    [Fact]
    public async Task Add_WithoutThePort_SaysWhatToSet()
    {
        var (exit, _, error) = await RunAsync(["add", "telemetry"], port: null);
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("credentials.port is not set", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_AfterAddAndRevoke_NamesThoseThatAreLeft()
    {
        await RunAsync("add", "b");
        await RunAsync("add", "a");
        Assert.Equal(["a", "b"], (await RunAsync("list")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t')[0]));
        Assert.Equal(ExitCode.Ok, (await RunAsync("revoke", "a")).Exit);
        Assert.Equal(ExitCode.Failure, (await RunAsync("revoke", "a")).Exit);
        Assert.Equal($"b\t{Path.Combine(Clients, "b.token")}\tok\n", (await RunAsync("list")).Output);
    }

    [Fact]
    public async Task Rotate_OneProgram_HasANewTokenInAFileOfTheSameOwnerAndMode()
    {
        if (OperatingSystem.IsWindows()) return;
        await RunAsync("add", "a");
        await RunAsync("add", "b");
        var (a, b) = (Path.Combine(Clients, "a.token"), Path.Combine(Clients, "b.token"));
        var (before, other) = (await File.ReadAllTextAsync(a), await File.ReadAllTextAsync(b));
        File.SetUnixFileMode(a, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        if (LocalUsers.Own == LocalUsers.Root)
        {
            using var opened = File.OpenHandle(a);
            FolderHandle.Give(opened, null, 23_456);
        }

        var owner = LocalUsers.OwnerOf(a);

        var (exit, output, error) = await RunAsync("rotate", "a");

        Assert.Equal((ExitCode.Ok, ""), (exit, error));
        Assert.StartsWith($"a\t{a}\tnew token", output, StringComparison.Ordinal);
        Assert.Contains("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", output, StringComparison.Ordinal);
        var after = await File.ReadAllTextAsync(a);
        Assert.NotEqual(before, after);
        Assert.DoesNotContain(after, output, StringComparison.Ordinal);
        Assert.Equal((owner, UnixFileMode.UserRead | UnixFileMode.GroupRead), (LocalUsers.OwnerOf(a), File.GetUnixFileMode(a)));
        Assert.Equal(other, await File.ReadAllTextAsync(b));
        Assert.Equal([a, b], Directory.GetFiles(Clients).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Rotate_AllPrograms_EachHasANewTokenThatAllUsersMayNotRead()
    {
        if (OperatingSystem.IsWindows()) return;
        await RunAsync("add", "a");
        await RunAsync("add", "b");
        var files = Directory.GetFiles(Clients);
        var before = files.Select(File.ReadAllText).ToList();
        File.SetUnixFileMode(files[0], File.GetUnixFileMode(files[0]) | UnixFileMode.OtherRead);

        Assert.Equal(ExitCode.Ok, (await RunAsync("rotate", "--all")).Exit);

        Assert.All(files.Zip(before), f => Assert.NotEqual(f.Second, File.ReadAllText(f.First)));
        Assert.All((await RunAsync("list")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), l => Assert.EndsWith("\tok", l, StringComparison.Ordinal));
    }

    /// <summary>A link in the place of the new file, or of the old one: nothing that it leads to is touched.</summary>
    [Fact]
    public async Task Rotate_PlantedLinks_AreNotFollowed()
    {
        if (OperatingSystem.IsWindows()) return;
        await RunAsync("add", "a");
        var (file, precious) = (Path.Combine(Clients, "a.token"), Path.Combine(_device.Folder, "precious"));
        await File.WriteAllTextAsync(precious, "precious");
        var mode = File.GetUnixFileMode(precious);
        File.CreateSymbolicLink(file + ".new", precious);
        Assert.Equal(ExitCode.Ok, (await RunAsync("rotate", "a")).Exit);
        File.Delete(file);
        File.CreateSymbolicLink(file, precious);
        await RunAsync("rotate", "a");

        Assert.Equal(("precious", mode), (await File.ReadAllTextAsync(precious), File.GetUnixFileMode(precious)));
        Assert.Null(new FileInfo(file).LinkTarget);
    }

    [Theory]
    [InlineData(ExitCode.Failure, "none")]
    [InlineData(ExitCode.Usage)]
    [InlineData(ExitCode.Usage, "a", "--all")]
    public async Task Rotate_NotOneThatThereIs_Fails(object expected, params string[] arguments) =>
        Assert.Equal((ExitCode)expected, (await RunAsync(["rotate", .. arguments])).Exit);

    /// <summary>Root makes the state directory for this command, but not before it is known that the command can be done.</summary>
    [Theory]
    [InlineData(null, "telemetry")]
    [InlineData("8555", "../x")]
    [InlineData("8555", "telemetry", "--group", "no-such-group")]
    public async Task Add_ThatCannotBeDone_MakesNoStateDirectory(string? port, params string[] arguments)
    {
        Assert.Equal(ExitCode.Failure, (await RunAsync(["add", .. arguments, "--user", Environment.UserName], port)).Exit);
        Assert.False(Directory.Exists(Path.Combine(_device.Folder, "state")));
    }

    private Task<(ExitCode Exit, string Output, string Error)> RunAsync(params string[] arguments) => RunAsync(arguments, "8555");

    private async Task<(ExitCode Exit, string Output, string Error)> RunAsync(string[] arguments, string? port)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        string[] set = port is null ? [] : ["--set", $"credentials.port={port}"];
        var exit = await AgentCommand.RunAsync(["clients", .. arguments, "--config", _device.ConfigurationPath, .. set], output, error);
        return (exit, output.ToString(), error.ToString());
    }
}
