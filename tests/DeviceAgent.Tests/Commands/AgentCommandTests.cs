using System.Collections;
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
    [InlineData("sensors")]
    [InlineData("spool", "status")]
    [InlineData("credentials")]
    [InlineData("clients", "list")]
    public async Task Help_OfACommand_NamesTheDefaultConfiguration(params string[] command)
    {
        var (_, output, _) = await RunAsync([.. command, "--help"]);
        var words = string.Join(' ', output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("Left out: DEVICE_AGENT_CONFIG, else agent.json of the working folder, else /etc/device-agent/agent.json.", words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TryLoad_NoFileAtTheDefault_SaysWhereItLookedAndNamesTheOption()
    {
        var (exit, error) = await LoadAsync(Places());
        Assert.Equal(1, exit);
        Assert.Contains("/nonexistent/default.json: there is no such file", error, StringComparison.Ordinal);
        Assert.Contains("--config FILE names another file", error, StringComparison.Ordinal);
    }

    /// <summary>The variable, the working folder, the package's place; a terminal is told which.</summary>
    [Fact]
    public async Task TryLoad_NoFileNamed_LooksInItsPlacesAndSaysWhichItReads()
    {
        using var device = new TestDevice(TimeProvider.System);
        var here = Places() with { WorkingFolder = device.Folder, IsTerminal = true };
        Assert.Equal((0, $"device-agent: reads {device.ConfigurationPath} (of this folder)\n"), await LoadAsync(here));
        Assert.Equal((0, ""), await LoadAsync(here with { IsTerminal = false }));
        Assert.Equal((0, ""), await LoadAsync(here, "--config", device.ConfigurationPath));
        Assert.Equal((0, $"device-agent: reads {device.ConfigurationPath} (the default)\n"), await LoadAsync(Places() with { Default = device.ConfigurationPath, IsTerminal = true }));

        var variable = here with { Environment = new Hashtable { ["DEVICE_AGENT_CONFIG"] = "/nonexistent/named.json" } };
        var (exit, error) = await LoadAsync(variable);
        Assert.Equal(1, exit);
        Assert.Contains("/nonexistent/named.json: there is no such file", error, StringComparison.Ordinal);
        Assert.Contains("It is what DEVICE_AGENT_CONFIG names.", error, StringComparison.Ordinal);
        Assert.Equal((0, ""), await LoadAsync(variable, "--config", device.ConfigurationPath));
    }

    /// <summary>Needs root: another one cannot give the file away.</summary>
    [Fact]
    public async Task TryLoad_FileOfAnotherUserInTheWorkingFolder_IsPassedOver()
    {
        if (OperatingSystem.IsWindows() || Environment.UserName != "root") return;
        using var device = new TestDevice(TimeProvider.System);
        using (var chown = System.Diagnostics.Process.Start("chown", ["65534", device.ConfigurationPath])) await chown.WaitForExitAsync();
        var here = Places() with { WorkingFolder = device.Folder };
        var (exit, error) = await LoadAsync(here);
        Assert.Equal(1, exit);
        Assert.Contains("belongs to the user nobody and is passed over", error, StringComparison.Ordinal);
        Assert.Equal((0, ""), await LoadAsync(here with { Environment = new Hashtable { ["SUDO_UID"] = "65534" } }));
    }

    [Theory]
    [InlineData("device-agent: 'statsu' is no command of 'device-agent'.|Did you mean 'device-agent status'?|Help: device-agent --help", "statsu")]
    [InlineData("device-agent: 'requeu' is no command of 'device-agent spool'.|Did you mean 'device-agent spool requeue'?|Help: device-agent spool --help", "spool", "requeu")]
    [InlineData("device-agent: '--confg' is no option of 'device-agent run'.|Did you mean '--config'?|Help: device-agent run --help", "run", "--confg", "x.json")]
    [InlineData("device-agent: 'frobnicate' is no command of 'device-agent'.|Help: device-agent --help", "frobnicate")]
    [InlineData("device-agent: Required argument missing for option: '--config'.|Help: device-agent check --help", "check", "--config")]
    public async Task RunAsync_Misspelt_SaysSoInThreeLines(string expected, params string[] arguments)
    {
        var (exit, output, error) = await RunAsync(arguments);
        Assert.Equal((ExitCode.Usage, "", expected), (exit, output, string.Join('|', error.Trim().Split('\n'))));
    }

    [Fact]
    public async Task RunAsync_NoCommand_PrintsTheHelp() => Assert.Contains("Commands:", (await RunAsync()).Output, StringComparison.Ordinal);

    [Fact]
    public async Task Check_NoFileWhereAskedFor_SaysNothingOfTheDefault()
    {
        var (_, _, error) = await RunAsync("check", "--config", "/nonexistent/agent.json");
        Assert.DoesNotContain("default", error, StringComparison.Ordinal);
    }

    /// <summary>Needs root: another one cannot give the folder away.</summary>
    [Fact]
    public async Task Check_ByRoot_OfFilesThatTheOwnerOfTheStateDirectoryMayNotRead_EndsAsThatUsersRunWould()
    {
        if (OperatingSystem.IsWindows() || Environment.UserName != "root") return;
        using var device = new TestDevice(TimeProvider.System);
        var settings = TestDevice.Valid();
        settings["caPath"] = "\"roots.crt\"";
        device.WriteConfiguration(settings);
        var roots = device.WriteText("roots.crt", await File.ReadAllTextAsync(Path.Combine(device.Folder, "device.crt")));
        var state = Directory.CreateDirectory(Path.Combine(device.Folder, "state")).FullName;
        using (var chown = System.Diagnostics.Process.Start("chown", ["65534:65534", state])) await chown.WaitForExitAsync();
        const UnixFileMode Open = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        File.SetUnixFileMode(device.Folder, Open | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        foreach (var name in new[] { "agent.json", "device.crt", "device.key", "roots.crt" }) File.SetUnixFileMode(Path.Combine(device.Folder, name), UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var (exit, _, error) = await RunAsync("check", "--config", device.ConfigurationPath);
        Assert.Equal(ExitCode.BadConfiguration, exit);
        Assert.Contains($"caPath = {roots}: the state directory belongs to the user nobody, who may not read this", error, StringComparison.Ordinal);
        Assert.Contains("The configuration has 2 errors:", error, StringComparison.Ordinal);
        Assert.Contains($"warning: certificatePath = {device.Folder}", error, StringComparison.Ordinal);

        File.SetUnixFileMode(roots, Open);
        File.SetUnixFileMode(device.ConfigurationPath, Open);
        (exit, _, error) = await RunAsync("check", "--config", device.ConfigurationPath);
        Assert.Equal(ExitCode.Ok, exit);
        Assert.Contains("warning: certificatePath", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_FirstWordAfterTheName_IsTheVersionAlone()
    {
        var (_, output, error) = await RunAsync("--version");
        Assert.Matches(@"^device-agent \d+\.\d+\.\d+ \(commit ([0-9a-f]{12}|unknown), built \d{4}-\d\d-\d\d\)\n$", output);
        Assert.Equal("", error);
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
        Assert.StartsWith("source        simulated: the readings are made up: source.kind is simulated", lines[3], StringComparison.Ordinal);
        Assert.Equal("", error);
    }

    [Theory]
    [InlineData("none", "source        none: the agent reads nothing itself: other programs hand in readings\n")]
    [InlineData("linux", "source        linux\n")]
    public async Task Check_ValidConfiguration_NamesTheSource(string kind, string line)
    {
        using var device = new TestDevice(TimeProvider.System);
        var (exit, output, _) = await RunAsync("check", "--config", device.ConfigurationPath, "--set", $"source.kind={kind}");
        Assert.Equal(ExitCode.Ok, exit);
        Assert.Contains(line, output, StringComparison.Ordinal);
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

    private static ConfigurationPlaces Places() => new(new Hashtable(), "/nonexistent", "/nonexistent/default.json", IsTerminal: false);

    private static async Task<(int Exit, string Error)> LoadAsync(ConfigurationPlaces places, params string[] line)
    {
        var arguments = new ConfigurationArguments(places);
        var command = new Command("any");
        arguments.AddTo(command);
        command.SetAction(parsed => arguments.TryLoadOptions(parsed) is null ? 1 : 0);
        using var error = new StringWriter();
        var exit = await new RootCommand { command }.Parse(["any", .. line]).InvokeAsync(new InvocationConfiguration { Error = error });
        return (exit, error.ToString());
    }

    private static async Task<(ExitCode Exit, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await AgentCommand.RunAsync(arguments, output, error);
        return (exit, output.ToString(), error.ToString());
    }
}
