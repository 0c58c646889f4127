using System.Text.Json;
using DeviceAgent.Fleet.Aws;

namespace DeviceAgent.Fleet.Things;

/// <summary>How a thing is, by its agent's shadow.</summary>
internal sealed record ThingState(string Name)
{
    /// <summary>The agent has reported at least once.</summary>
    public bool HasReported => ReportedAt is not null;

    /// <summary>The active role alias.</summary>
    public string? Alias { get; init; }

    /// <summary>The one that an operator wants by the shadow; null when none is wanted, or it is the active one already.</summary>
    public string? DesiredAlias { get; init; }

    /// <summary>How the last change of the alias ended.</summary>
    public AliasChange? Change { get; init; }

    /// <summary>The job that gave it the alias that it has; null when none did, or the last change did not end well.</summary>
    public string? MovedBy => Change is { IsGood: true, JobId: { } job } ? job : null;

    /// <summary>The step of a change that is being made.</summary>
    public string? Step { get; init; }

    public DateTimeOffset? CredentialsExpire { get; init; }

    public DateTimeOffset? CertificateExpires { get; init; }

    /// <summary>When the agent last reported anything, by AWS's clock.</summary>
    public DateTimeOffset? ReportedAt { get; init; }

    /// <summary>When the table last accepted readings, as of the last report.</summary>
    public DateTimeOffset? LastUpload { get; init; }

    public long? Waiting { get; init; }

    public TimeSpan? OldestWaiting { get; init; }

    public string? Version { get; init; }

    /// <summary><c>ok</c>, or what is wrong.</summary>
    public string? Health { get; init; }

    public static ThingState Of(string name, JsonElement? shadow)
    {
        if (shadow is not { } document || document.Member("state", "reported") is not { } reported) return new ThingState(name);
        var alias = reported.Text("roleAlias");
        var desired = document.Text("state", "desired", "roleAlias");
        return new ThingState(name)
        {
            Alias = alias,
            DesiredAlias = desired == alias ? null : desired,
            Change = reported.Member("lastChange") is { } change && change.Text("what") is "roleAlias" or "rotate-role-alias"
                ? new AliasChange(change.Text("outcome") ?? "", change.Text("code"), change.Text("reason"), change.Time("at"), change.Text("jobId"))
                : null,
            Step = reported.Text("executing", "what") is "roleAlias" or "rotate-role-alias" ? reported.Text("executing", "step") ?? "begins" : null,
            CredentialsExpire = reported.Time("status", "credentialsExpire"),
            CertificateExpires = reported.Time("certificate", "notAfter"),
            ReportedAt = document.Member("metadata", "reported") is { } metadata ? Newest(metadata) : null,
            LastUpload = reported.Time("status", "lastUpload"),
            Waiting = (long?)reported.Number("status", "spool", "readings"),
            OldestWaiting = reported.Number("status", "spool", "oldestSeconds") is { } seconds and >= 0 and < 1e10 ? TimeSpan.FromSeconds(seconds) : null,
            Version = reported.Text("agent", "version"),
            Health = reported.Text("health"),
        };
    }

    /// <summary>Nothing has come for so long that the rest may no longer be so.</summary>
    public bool IsSilent(TimeSpan after, DateTimeOffset now) => ReportedAt is not { } at || now - at > after;

    /// <summary>It has not got where it should be.</summary>
    /// <param name="wanted">The alias that it should have; null: the one that its shadow desires, and the one of its last change.</param>
    public bool IsBehind(string? wanted) => wanted is not null ? Alias != wanted : DesiredAlias is not null || Change is { IsGood: false };

    /// <summary>An agent reports what has changed: its last report is the newest of all members.</summary>
    private static DateTimeOffset? Newest(JsonElement metadata)
    {
        if (metadata.ValueKind == JsonValueKind.Array) return metadata.EnumerateArray().Select(Newest).Max();
        if (metadata.ValueKind != JsonValueKind.Object) return null;
        if (metadata.TryGetProperty("timestamp", out var own) && own.ValueKind == JsonValueKind.Number) return DateTimeOffset.FromUnixTimeSeconds(own.GetInt64());
        return metadata.EnumerateObject().Select(p => Newest(p.Value)).Max();
    }
}

/// <summary>How a change of the role alias ended.</summary>
/// <param name="Outcome"><c>applied</c>, <c>unchanged</c>, <c>rejected</c> or <c>rolledBack</c>.</param>
/// <param name="Code">E.g. <c>writesDenied</c>.</param>
/// <param name="Reason">For people.</param>
/// <param name="At">By the device's clock.</param>
/// <param name="JobId">Of the job that asked for it; null when the shadow did.</param>
internal sealed record AliasChange(string Outcome, string? Code, string? Reason, DateTimeOffset? At, string? JobId = null)
{
    public bool IsGood => Outcome is "applied" or "unchanged";
}
