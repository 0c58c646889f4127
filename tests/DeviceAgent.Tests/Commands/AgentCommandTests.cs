using System.CommandLine;
using DeviceAgent.Commands;
using DeviceAgent.Spool;
using DeviceAgent.Tests.Hosting;

namespace DeviceAgent.Tests.Commands;

public class AgentCommandTests
{
    [Theory]
    [InlineData((int)ExitCode.Usage)]
    [InlineData((int)ExitCode.Usage, "walk")]
    [InlineData((int)ExitCode.Usage, "check", "--config")]
    [InlineData((int)ExitCode.Usage, "run", "--config", "x.json", "--bogus")]
    [InlineData((int)ExitCode.Ok, "--version")]
    [InlineData((int)ExitCode.Ok, "--help")]
    [InlineData((int)ExitCode.BadConfiguration, "check", "--config", "/nonexistent/agent.json")]
    [InlineData((int)ExitCode.BadConfiguration, "run", "--config", "/nonexistent/agent.json")]
    public async Task RunAsync_CommandLine_EndsWithItsExitCode(int expected, params string[] arguments) =>
        Assert.Equal((ExitCode)expected, (await RunAsync(arguments)).Exit);

    [Theory]
    [InlineData("run")]
    [InlineData("check")]
    [InlineData("provision")]
    [InlineData("status")]
    [InlineData("spool", "status")]
    [InlineData("credentials")]
    [InlineData("clients", "list")]
    public async Task Help_OfACommand_NamesTheDefaultConfiguration(params string[] command)
    {
        var (_, output, _) = await RunAsync([.. command, "--help"]);
        Assert.Contains("[default: /etc/device-agent/agent.json]", output.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TryLoad_NoFileAtTheDefault_SaysWhereItLookedAndNamesTheOption()
    {
        var arguments = new ConfigurationArguments("/nonexistent/default.json");
        var command = new Command("any");
        arguments.AddTo(command);
        command.SetAction(parsed => arguments.TryLoadOptions(parsed) is null ? 1 : 0);
        using var error = new StringWriter();
        Assert.Equal(1, await new RootCommand { command }.Parse(["any"]).InvokeAsync(new InvocationConfiguration { Error = error }));
        Assert.Contains("/nonexistent/default.json: there is no such file", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("--config FILE names another file", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_NoFileWhereAskedFor_SaysNothingOfTheDefault()
    {
        var (_, _, error) = await RunAsync("check", "--config", "/nonexistent/agent.json");
        Assert.DoesNotContain("default", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_ValidConfiguration_SaysSo()
    {
        using var device = new TestDevice(TimeProvider.System);
        var (exit, output, error) = await RunAsync("check", "--config", device.ConfigurationPath);
        Assert.Equal(ExitCode.Ok, exit);
        var lines = output.Trim().Split('\n');
        Assert.Equal("configuration is valid", lines[0]);
        Assert.EndsWith($"from {Path.Combine(device.Folder, "device.crt")}", lines[1], StringComparison.Ordinal);
        Assert.Equal($"private key   from {Path.Combine(device.Folder, "device.key")}", lines[2]);
        Assert.Equal("", error);
    }

    [Fact]
    public async Task Check_TwoErrors_PrintsALineForEachToStandardError()
    {
        using var device = new TestDevice(TimeProvider.System);
        var (exit, output, error) = await RunAsync("check", "--config", device.ConfigurationPath, "--set", "region=x", "--set", "source.kind=y");
        Assert.Equal(ExitCode.BadConfiguration, exit);
        Assert.Equal("", output);
        var lines = error.Trim().Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("  region = x: ", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("  source.kind = y: ", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SpoolOfARunningAgent_EndsWithItsExitCode()
    {
        using var device = new TestDevice(TimeProvider.System);
        using var other = SpoolConnection.Open(Path.Combine(device.Folder, "state", "spool.db"));
        var (exit, _, error) = await RunAsync("run", "--config", device.ConfigurationPath);
        Assert.Equal(ExitCode.SpoolUnusable, exit);
        Assert.Contains("another process has it open", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_OfTheAgent_NamesEachExitCode()
    {
        var (_, output, _) = await RunAsync("--help");
        var listed = output[output.IndexOf("Exit codes:", StringComparison.Ordinal)..output.IndexOf("Usage:", StringComparison.Ordinal)]
            .Split('\n').Select(l => l.Trim().Split(' ')[0]).Where(w => int.TryParse(w, out _)).Select(int.Parse);
        Assert.Equal(Enum.GetValues<ExitCode>().Select(c => (int)c), listed);
    }

    private static async Task<(ExitCode Exit, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await AgentCommand.RunAsync(arguments, output, error);
        return (exit, output.ToString(), error.ToString());
    }
}
