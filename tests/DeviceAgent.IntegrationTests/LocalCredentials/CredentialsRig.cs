using System.Text.Json;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed;
using DeviceAgent.Testbed.Demo;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.IntegrationTests.LocalCredentials;

/// <summary>An agent as a process that hands out credentials, and what other programs must know of it.</summary>
internal sealed class CredentialsRig : IAsyncDisposable
{
    public const string Thing = "thermostat-01";

    private readonly string _configuration;

    private CredentialsRig(TestCloud cloud, string configuration)
    {
        (Cloud, _configuration) = (cloud, configuration);
        Home = Directory.CreateDirectory(Path.Combine(Folder, "home")).FullName;
    }

    public TestCloud Cloud { get; }

    public RunningAgent Agent { get; private set; } = null!;

    public int Port { get; } = FreePort.Next();

    public string Folder => Path.GetDirectoryName(_configuration)!;

    public string State => Path.Combine(Folder, "state");

    /// <summary>The home of the other programs: nothing of whoever runs the tests.</summary>
    public string Home { get; }

    public Uri Url => new($"http://127.0.0.1:{Port}/v1/credentials");

    /// <param name="lifetime">Of the credentials.</param>
    /// <param name="settings">More than the port.</param>
    public static async Task<CredentialsRig> StartAsync(TimeSpan? lifetime = null, params IEnumerable<string> settings)
    {
        var rig = await PrepareAsync(lifetime);
        await rig.RunAsync(settings);
        await rig.Agent.WaitForOutputAsync("AWS credentials ASIA");
        return rig;
    }

    /// <summary>The same without an agent.</summary>
    public static async Task<CredentialsRig> PrepareAsync(TimeSpan? lifetime = null)
    {
        var cloud = await TestCloud.StartAsync(new TestbedOptions { CredentialLifetime = lifetime });
        return new CredentialsRig(cloud, await cloud.DeviceAsync(Thing));
    }

    /// <summary>Starts the agent; returns when it can be asked, whether it has credentials or not.</summary>
    public Task RunAsync(params IEnumerable<string> settings) => RunUnderAsync([], settings);

    /// <summary>The same, by a program that becomes the agent, e.g. prlimit.</summary>
    public async Task RunUnderAsync(string[] under, params IEnumerable<string> settings)
    {
        Agent = RunningAgent.Run(_configuration, Settings(settings), null, under);
        await Agent.WaitForOutputAsync($"are answered on port {Port} of 127.0.0.1");
        await Agent.WaitForOutputAsync("device-agent.sock");
    }

    /// <summary>Runs another command of the agent's program.</summary>
    public Task<CommandResult> CommandAsync(params IEnumerable<string> command)
    {
        var info = CommandLine(command);
        return Command.RunAsync(info[0], info[1..]);
    }

    /// <summary>Program and arguments of a command of the agent's program.</summary>
    public string[] CommandLine(params IEnumerable<string> command)
    {
        var info = AgentProcess.StartInfo([.. command, "--config", _configuration, .. Settings([]).SelectMany(s => new[] { "--set", s })]);
        return [info.FileName, .. info.ArgumentList];
    }

    /// <summary>Adds a client and returns its environment, as the command printed it.</summary>
    public async Task<Dictionary<string, string>> AddClientAsync(string name) =>
        (await CommandAsync("clients", "add", name)).Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('=', 2)).ToDictionary(l => l[0], l => l[1]);

    public async Task<string> AddClientTokenAsync(string name) => await File.ReadAllTextAsync((await AddClientAsync(name))["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]);

    /// <summary>What a program needs that writes to the table, but for credentials.</summary>
    public Dictionary<string, string> ProgramEnvironment() => new()
    {
        ["HOME"] = Home,
        ["AWS_REGION"] = CloudAccount.Region,
        ["AWS_DEFAULT_REGION"] = CloudAccount.Region,
        ["AWS_ENDPOINT_URL_DYNAMODB"] = Cloud.Cloud.Host.Url(Listener.DynamoDb).ToString().TrimEnd('/'),
    };

    public IReadOnlyList<JsonElement> Audit()
    {
        var path = Path.Combine(State, "audit.log");
        return File.Exists(path) ? [.. File.ReadAllText(path).Split('\n').SkipLast(1).Select(l => JsonDocument.Parse(l).RootElement)] : [];
    }

    /// <summary>The sets that were handed out by this way.</summary>
    public HashSet<string> Granted(string way) =>
        [.. Audit().Where(l => l.GetProperty("way").GetString() == way && l.GetProperty("outcome").GetString() == "granted").Select(l => l.GetProperty("access_key_id").GetString()!)];

    public async ValueTask DisposeAsync()
    {
        if (Agent is not null) await Agent.DisposeAsync();
        await Cloud.DisposeAsync();
    }

    private string[] Settings(IEnumerable<string> more) => ["source.kind=stdin", $"credentials.port={Port}", .. more];
}
