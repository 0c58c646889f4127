using Amazon.DynamoDBv2;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.Testbed.Demo;

/// <summary>One thing of the demonstration: its folder, its table and, once started, its agent.</summary>
internal sealed class DemoDevice : IAsyncDisposable
{
    private static readonly TimeSpan SettlePoll = TimeSpan.FromMilliseconds(50);

    /// <summary>An agent that the testbed did not start is known by its requests; so long one may keep silent.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(2);

    private readonly Cloud _cloud;
    private readonly RowRate _rate = new(TimeProvider.System);
    private AgentProcess? _agent;
    private long _rows;
    private double _rowsPerSecond;

    private DemoDevice(string thing, DeviceConfiguration configuration, Cloud cloud)
    {
        Thing = thing;
        Configuration = configuration;
        _cloud = cloud;
    }

    public string Thing { get; }

    public DeviceConfiguration Configuration { get; }

    public string LogPath => Path.Combine(Path.GetDirectoryName(Configuration.Path)!, "agent.log");

    /// <summary>How the agent ended; null while it runs or when it was never started.</summary>
    public string? AgentEnd { get; private set; }

    public bool AgentEndedWell { get; private set; } = true;

    public DeviceStatus Status
    {
        get
        {
            var activity = _cloud.Activity.Of(Thing);
            var isConnected = _cloud.IsConnected(Thing);
            return new DeviceStatus(Thing, IsRunning(activity, isConnected), isConnected, _rows, _rowsPerSecond, activity.CredentialExpiration)
            {
                LastRequestAt = activity.LastRequestAt,
                LastWrittenAt = activity.LastWrittenAt,
                Trouble = Trouble.Of(activity, _agent?.LastComplaint, isConnected ? _cloud.Reported(Thing) : null),
            };
        }
    }

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

    public void NoteRows(long rows)
    {
        _rows = rows;
        _rowsPerSecond = _rate.Sample(rows);
    }

    public ValueTask DisposeAsync() => _agent?.DisposeAsync() ?? ValueTask.CompletedTask;

    private bool IsRunning(ThingActivity activity, bool isConnected)
    {
        if (isConnected || _agent is { IsRunning: true }) return true;
        return activity.LastRequestAt is { } seen && TimeProvider.System.GetUtcNow() - seen < Silence && !(seen <= _agent?.EndedAt);
    }
}

/// <summary>How a device is, for the live view and the page.</summary>
/// <param name="Thing">Thing and table name.</param>
/// <param name="AgentRunning">Whether its agent runs, whoever started it.</param>
/// <param name="Connected">Whether it is connected by MQTT.</param>
/// <param name="Rows">Items in the table.</param>
/// <param name="RowsPerSecond">How many came in over the last seconds.</param>
/// <param name="CredentialExpiration">When the credentials that were last given out to the thing expire; null when there were none.</param>
internal sealed record DeviceStatus(string Thing, bool AgentRunning, bool Connected, long Rows, double RowsPerSecond, DateTimeOffset? CredentialExpiration)
{
    /// <summary>The last request to the credentials provider or DynamoDB; null when there was none since the start.</summary>
    public DateTimeOffset? LastRequestAt { get; init; }

    /// <summary>When readings arrived last; null when none did since the start.</summary>
    public DateTimeOffset? LastWrittenAt { get; init; }

    /// <summary>What is wrong now; null when nothing is.</summary>
    public Trouble? Trouble { get; init; }
}
