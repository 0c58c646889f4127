using Amazon.DynamoDBv2;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.Testbed.Demo;

/// <summary>One thing of the demonstration: its folder, its table and, once started, its agent.</summary>
internal sealed class DemoDevice : IAsyncDisposable
{
    private static readonly TimeSpan SettlePoll = TimeSpan.FromMilliseconds(50);

    private readonly Cloud _cloud;
    private AgentProcess? _agent;

    private DemoDevice(string thing, DeviceConfiguration configuration, Cloud cloud)
    {
        Shown = new ShownThing(thing, cloud);
        Configuration = configuration;
        _cloud = cloud;
    }

    public string Thing => Shown.Name;

    public ShownThing Shown { get; }

    public DeviceConfiguration Configuration { get; }

    public string LogPath => Path.Combine(Path.GetDirectoryName(Configuration.Path)!, "agent.log");

    /// <summary>How the agent ended; null while it runs or when it was never started.</summary>
    public string? AgentEnd { get; private set; }

    public bool AgentEndedWell { get; private set; } = true;

    public DeviceStatus Status => Shown.With(_agent);

    /// <summary>Registers the thing with certificate and policy, writes its folder, makes its table. What is there already stays, but for the recording, which goes on where it was.</summary>
    public static async Task<DemoDevice> PrepareAsync(string thing, Cloud cloud, double readingsPerSecond, IAmazonDynamoDB dynamoDb, CancellationToken cancellationToken)
    {
        var folder = DeviceFolder.PathOf(cloud.Directory, thing);
        cloud.Provision(thing, folder);
        var configuration = DeviceConfiguration.Ensure(folder, thing, cloud, readingsPerSecond);
        await TelemetryTable.EnsureAsync(dynamoDb, thing, cancellationToken);
        DeviceRecording.Write(folder, await TelemetryTable.NewestAsync(dynamoDb, thing, cancellationToken));
        return new DemoDevice(thing, configuration, cloud);
    }

    public void StartAgent(TimeProvider time) => _agent = AgentProcess.Start(Configuration.Path, time);

    public async Task StopAgentAsync(TimeSpan patience)
    {
        if (_agent is null) return;
        var code = await _agent.StopAsync(patience);
        AgentEndedWell = code == 0;
        AgentEnd = code is null ? $"killed after {patience.TotalSeconds:0} s" : $"exit code {code}";
    }

    /// <summary>Waits until the agent has got credentials, has ended or has taken too long.</summary>
    public async Task SettleAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        using var timer = new PeriodicTimer(SettlePoll, time);
        while (_agent is { IsRunning: true } && _cloud.Activity.Of(Thing).CredentialRequests == 0 && time.GetElapsedTime(start) < patience)
            await timer.WaitForNextTickAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _agent?.DisposeAsync() ?? ValueTask.CompletedTask;
}
