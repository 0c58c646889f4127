using DeviceAgent.Rigs.Support;

namespace DeviceAgent.IntegrationTests;

/// <summary>The command blocks of README and docs.</summary>
public sealed class DocumentedCommandsTests
{
    private const int Devices = 5;

    public static TheoryData<string> Pages =>
        [.. Directory.GetFiles(Repository.File("docs"), "*.md", SearchOption.AllDirectories).Append(Repository.File("README.md")).Select(p => Path.GetRelativePath(Repository.Root, p))];

    /// <summary>Word for word, in one shell and in order, with the devices that the guide starts; what it rotates is looked at in the end.</summary>
    [Fact]
    public async Task OperatorsGuide_AllCommands_RunInOrderAsPrinted()
    {
        await using var cloud = await TestCloud.StartAsync();
        var agents = new List<RunningAgent>();
        try
        {
            for (var n = 1; n <= Devices; n++) agents.Add(RunningAgent.Run(await cloud.DeviceAsync($"thermostat-{n:00}")));
            await cloud.WaitForRowsAsync(TestCloud.Thing, 1, agents[0]);
            var commands = Markdown.ShellBlocks(Repository.File("docs", "operators-guide.md")).Select(b => $"echo '# line {b.Line}'\n{b.Commands}");
            Assert.True(commands.Count() >= 10);

            // The guide says what CLI 2 wants besides.
            var eitherCli = $"export TMPDIR='{cloud.Directory}' AWS_CONFIG_FILE='{cloud.Directory}/cli-2'; printf '[default]\\ncli_binary_format = raw-in-base64-out\\n' >\"$AWS_CONFIG_FILE\"";
            var result = await cloud.ShellAsync(string.Join('\n', commands.Prepend(eitherCli)), Repository.Root);

            var output = result.Succeeded();
            Assert.Contains("thermostat-01 device-agent-v2 ok", output);
        }
        finally
        {
            foreach (var agent in agents) await agent.DisposeAsync();
        }
    }

    /// <summary>What needs AWS or a device is at least a script, and leaves nothing to fill in that only a script fills.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_EachBlock_IsAScriptWithoutPlaceholders(string page)
    {
        foreach (var (line, commands) in Markdown.ShellBlocks(Path.Combine(Repository.Root, page)))
        {
            var result = await Command.RunAsync("bash", ["-n", "-c", commands]);
            Assert.True(result.ExitCode == 0, $"{page}, line {line}: {result}");
            Assert.DoesNotMatch("(^|[^s/])@[A-Z_]+@", commands);
        }
    }
}
