using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.Testbed.Demo;

/// <summary>How a thing is, for the live view and the page, whoever has registered it and started its agent.</summary>
internal sealed class ShownThing(string name, Cloud cloud)
{
    /// <summary>An agent that the testbed did not start is known by its requests; so long one may keep silent.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(2);

    private readonly RowRate _rate = new(TimeProvider.System);
    private long _rows;
    private double _rowsPerSecond;

    public string Name => name;

    public void NoteRows(long rows)
    {
        _rows = rows;
        _rowsPerSecond = _rate.Sample(rows);
    }

    /// <param name="agent">The one that the testbed has started; null: none.</param>
    public DeviceStatus With(AgentProcess? agent = null)
    {
        var activity = cloud.Activity.Of(name);
        var isConnected = cloud.IsConnected(name);
        return new DeviceStatus(name, isConnected || IsRunning(activity, agent), isConnected, _rows, _rowsPerSecond, activity.CredentialExpiration)
        {
            LastRequestAt = activity.LastRequestAt,
            LastWrittenAt = activity.LastWrittenAt,
            Trouble = Trouble.Of(activity, agent?.LastComplaint, isConnected ? cloud.Reported(name) : null),
        };
    }

    private static bool IsRunning(ThingActivity activity, AgentProcess? agent) =>
        agent is { IsRunning: true } || (activity.LastRequestAt is { } seen && TimeProvider.System.GetUtcNow() - seen < Silence && !(seen <= agent?.EndedAt));
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
