using DeviceAgent.Commands;
using DeviceAgent.Tests.Hosting;

namespace DeviceAgent.Tests.Commands;

public sealed class ClientsCommandTests : IDisposable
{
    private readonly TestDevice _device = new(TimeProvider.System);

    private string Clients => Path.Combine(_device.Folder, "state", "clients");

    public void Dispose() => _device.Dispose();

    [Fact]
    public async Task Add_NewClient_PrintsTheTwoLinesOfItsEnvironment()
    {
        var (exit, output, _) = await RunAsync("add", "telemetry");
        Assert.Equal(ExitCode.Ok, exit);
        var file = Path.Combine(Clients, "telemetry.token");
        Assert.Equal($"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:8555/v1/credentials\nAWS_CONTAINER_AUTHORIZATION_TOKEN_FILE={file}\n", output);
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
        Assert.Contains("revoke it first", error, StringComparison.Ordinal);
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
