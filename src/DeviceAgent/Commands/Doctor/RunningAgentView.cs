using System.Globalization;
using System.Text.Json;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Hosting;

namespace DeviceAgent.Commands.Doctor;

/// <summary>What the running agent says of itself.</summary>
/// <param name="Status">The JSON of <c>/v1/status</c>; null when no agent was reached.</param>
/// <param name="Absence">Why none was, in words; null when it was reached.</param>
internal sealed record RunningAgentView(JsonElement? Status, string? Absence)
{
    private const int LongestText = 2000;

    /// <summary>Asks it on its socket.</summary>
    public static async Task<RunningAgentView> AskAsync(AgentOptions options, CancellationToken cancellationToken)
    {
        try
        {
            using var agent = await AgentClient.TryConnectAsync(options.Endpoint, cancellationToken).ConfigureAwait(false);
            if (agent is not null) return new RunningAgentView(await agent.GetAsync("/v1/status", cancellationToken).ConfigureAwait(false), null);
            var sockets = string.Join(" or ", options.Endpoint.Sockets);
            return sockets.Length > 0
                ? new RunningAgentView(null, $"none listens on {sockets}")
                : new RunningAgentView(null, "endpoint.socket is off: a running agent cannot be asked") { MayRun = true };
        }
        catch (Exception e) when (e is CommandException or HttpRequestException or IOException)
        {
            return new RunningAgentView(null, $"The agent cannot be asked: {e.Message}") { MayRun = true, Problem = "Run this by sudo, or as the agent's user; when the agent hangs: systemctl restart device-agent" };
        }
    }

    /// <summary>What to do so that it can be asked; null when nothing keeps from it.</summary>
    public string? Problem { get; init; }

    public bool IsRunning => Status is not null;

    /// <summary>No agent was reached, and that does not say that none runs.</summary>
    public bool MayRun { get; init; }

    /// <summary>Whether it is connected to AWS IoT.</summary>
    public bool IsConnected => Text("control", "connection") == "connected";

    public string? ConnectionProblem => Text("control", "problem");

    /// <summary>Why readings go to memory only; null while they go to the disk, or no agent tells.</summary>
    public string? MemoryReason => Text("spool", "memory_reason");

    /// <summary>Bytes that wait, and how many there may be; null when no agent tells.</summary>
    public (double Bytes, double Quota)? Spool => Number("spool", "bytes") is { } bytes && Number("spool", "quota_bytes") is { } quota ? (bytes, quota) : null;

    /// <summary>What its last write tells; null when no agent runs, or it has not written yet.</summary>
    public Finding? LastWrite()
    {
        var (mode, reason) = (Text("upload", "mode"), Text("upload", "reason"));
        if (mode == "parked") return Finding.Failure(CheckName.Write, $"The running agent's writes are refused: {reason}", Text("upload", "remedy"));
        if (mode == "backingOff") return Finding.Warning(CheckName.Write, $"The running agent's last write failed, it tries again: {reason}", Text("upload", "remedy"));
        return Number("upload", "seconds_since_success") is { } seconds
            ? Finding.Ok(CheckName.Write, $"the running agent's last write succeeded {DurationText.Of(TimeSpan.FromSeconds(seconds))} ago")
            : null;
    }

    /// <param name="credentialsCome">Whether this command has got credentials.</param>
    public Finding Judge(bool credentialsCome)
    {
        if (Status is not { } status) return Problem is { } problem ? Finding.Warning(CheckName.Agent, Absence!, problem) : Finding.Ok(CheckName.Agent, Absence!);
        if (MemoryReason is { } reason) return Finding.Failure(CheckName.Agent, $"The running agent holds readings in memory only: {reason}", "Repair the disk or make room on it; the agent goes back to it by itself.");
        if (credentialsCome && !status.GetProperty("credentials").GetProperty("valid").GetBoolean() && Text("credentials", "last_failure", "message") is { } last)
            return Finding.Warning(CheckName.Agent, $"The running agent has no credentials, though they can be had now: {last}", "Wait until it asks again, or: device-agent credentials refresh");
        if (Number("spool", "dead_letters") is > 0 and var dead)
            return Finding.Warning(CheckName.Agent, string.Create(CultureInfo.InvariantCulture, $"{dead} readings will never be accepted by DynamoDB."), "See why: device-agent spool dead-letters");
        return Finding.Ok(CheckName.Agent, string.Create(CultureInfo.InvariantCulture, $"version {Text("version")} runs for {DurationText.Of(TimeSpan.FromSeconds(Number("uptime_seconds") ?? 0))}, {Number("spool", "count") ?? 0} readings wait"));
    }

    private string? Text(params string[] path) => Find(path) is { ValueKind: JsonValueKind.String } value ? PrintableText.Of(value.GetString(), LongestText) : null;

    private double? Number(params string[] path) => Find(path) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;

    /// <summary>An agent of another version may not tell.</summary>
    private JsonElement? Find(string[] path)
    {
        var at = Status;
        foreach (var name in path) at = at is { ValueKind: JsonValueKind.Object } parent && parent.TryGetProperty(name, out var value) ? value : null;
        return at;
    }
}
