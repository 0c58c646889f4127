using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Demo;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.IntegrationTests.Documentation;

/// <summary>A page that is read by somebody who types all that needs nothing but the testbed. What it takes for granted is prepared by <see cref="Scenes"/>.</summary>
internal sealed partial class Page : IAsyncDisposable
{
    private readonly List<RunningAgent> _agents = [];

    private Page(string name, TestCloud cloud)
    {
        (Name, Cloud) = (name, cloud);
        Home = Directory.CreateDirectory(Path.Combine(cloud.Directory, "home")).FullName;

        // The repository's folder, in which a reader may make files.
        Folder = Directory.CreateDirectory(Path.Combine(cloud.Directory, "repository")).FullName;
        foreach (var entry in Directory.GetFileSystemEntries(Repository.Root)) File.CreateSymbolicLink(Path.Combine(Folder, Path.GetFileName(entry)), entry);
        BeginWith = $". '{cloud.Directory}/{EnvironmentFile.Name}'";
    }

    /// <summary>By its path in the repository.</summary>
    public string Name { get; }

    public TestCloud Cloud { get; }

    /// <summary>Where the reader is at first: the repository's folder unless the page says another one.</summary>
    public string Folder { get; set; }

    public string Home { get; }

    /// <summary>The state directory of the testbed that the page itself starts.</summary>
    public string OwnTestbed => Path.Combine(Cloud.Directory, "testbed");

    /// <summary>The folder of the device that the page is about.</summary>
    public string Device => DeviceFolder.PathOf(Cloud.Directory, TestCloud.Thing);

    /// <summary>A port for credentials.port.</summary>
    public int CredentialsPort { get; } = FreePort.Next();

    /// <summary>Words of the page, and what its reader writes for them.</summary>
    public Dictionary<string, string> StandIns { get; } = [];

    /// <summary>What the reader has done as the page's text says, before the block in which the words stand.</summary>
    public Dictionary<string, string> Before { get; } = [];

    /// <summary>What must stand in the output, and why.</summary>
    public List<(string Text, string Reason)> Expected { get; } = [];

    /// <summary>At first: the shell is an operator's.</summary>
    public string BeginWith { get; set; }

    /// <summary>When all has been typed.</summary>
    public string EndWith { get; set; } = "";

    public static async Task<Page> PrepareAsync(string name)
    {
        // The clients of a page follow each other faster than people would start them.
        var page = new Page(name, await TestCloud.StartAsync(new TestbedOptions { BrokerLimits = new BrokerLimits { ConnectInterval = TimeSpan.Zero } }));
        try
        {
            await Scenes.Of(name)(page);
            return page;
        }
        catch
        {
            await page.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the agent of a device, and returns when it takes readings.</summary>
    public async Task<RunningAgent> StartAgentAsync(string thing = TestCloud.Thing, Action<JsonObject>? configure = null)
    {
        var configuration = await Cloud.DeviceAsync(thing);
        if (configure is not null) Change(configuration, configure);
        var agent = RunningAgent.Run(configuration);
        _agents.Add(agent);
        await agent.WaitForOutputAsync("Local programs are answered on");
        return agent;
    }

    public static void Change(string configuration, Action<JsonObject> change)
    {
        var json = JsonNode.Parse(File.ReadAllBytes(configuration))!.AsObject();
        change(json);
        File.WriteAllText(configuration, json.ToJsonString());
    }

    public Task<CommandResult> RunAsync()
    {
        var script = new List<string> { BeginWith };
        foreach (var block in Markdown.ShellBlocks(Name).Where(b => b.Needs.Count == 0))
        {
            script.AddRange(Before.Where(b => block.Commands.Contains(b.Key, StringComparison.Ordinal)).Select(b => b.Value));
            script.Add($"echo '# line {block.Line}'");
            script.Add(Replaced(block.Commands));
        }

        return ReadersShell.RunAsync(string.Join('\n', script.Append(EndWith)), this);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents) await agent.DisposeAsync();
        await Cloud.DisposeAsync();
    }

    private string Replaced(string commands)
    {
        foreach (var (words, standIn) in StandIns.OrderByDescending(s => s.Key.Length))
        {
            if (CapitalWord().IsMatch(words)) commands = Regex.Replace(commands, $"(?<![A-Z_$-]){Regex.Escape(words)}(?![A-Z_-])", standIn.Replace("$", "$$", StringComparison.Ordinal));
            else commands = commands.Replace(words, standIn, StringComparison.Ordinal);
        }

        return commands;
    }

    [GeneratedRegex(@"\A[A-Z-]+\z")]
    private static partial Regex CapitalWord();
}
