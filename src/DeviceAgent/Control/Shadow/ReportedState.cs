using System.Globalization;
using System.Text.Json.Nodes;
using DeviceAgent.Clock;
using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Diagnostics;
using DeviceAgent.Readings;
using DeviceAgent.Spool;
using DeviceAgent.Traffic;
using DeviceAgent.Upload;

namespace DeviceAgent.Control.Shadow;

/// <summary>What the shadow reports. What changes all the time is under <see cref="Levels"/>; the rest is worth a message of its own. docs/remote-control.md shows it.</summary>
internal sealed class ReportedState(
    IRemoteSettings settings, ActiveRoleAlias alias, OperationRunner runner, ControlState controlState, Health health,
    DeviceIdentitySource identity, CredentialCache credentials, ISpool spool, MetricsCollector metrics, DataBudget budget, UploadState upload, DeviceClock clock)
{
    public const string Levels = "status";
    public const string HealthName = "health";
    public const string LastUploadName = "lastUpload";
    public const string BudgetShortName = "dataBudgetShort";
    public const string RejectedName = "rejected";
    public const string MoreRejectedName = "moreRejected";

    private const string UploadedName = "readings.uploaded";
    private const int MaxRejected = 10;
    private const int LongestReason = 900;

    public JsonObject Build()
    {
        var state = new JsonObject { [DesiredReconciler.RoleAlias] = alias() };
        foreach (var (key, value) in settings.Active) SettingTree.Set(state, key, value);
        if (runner.Last is { } last) state["lastChange"] = Write(last);
        if (runner.Executing is { } executing) state["executing"] = Write(executing);
        if (Rejected() is { Count: > 0 } rejected) state[RejectedName] = rejected;
        if (controlState.Record.Handled.Values.Count(h => h.Rejection is not null) - MaxRejected is > 0 and var more) state[MoreRejectedName] = more;
        state["agent"] = new JsonObject { ["version"] = AgentBuild.Current.Version };
        state["certificate"] = new JsonObject { ["id"] = identity.Current.CertificateId, ["notAfter"] = TimestampText.Format(identity.Current.NotAfter) };
        if (budget.IsShort) state[BudgetShortName] = true;
        state[HealthName] = health.Now;
        state[Levels] = WriteLevels();
        return state;
    }

    private static JsonObject Write(ChangeRecord change)
    {
        var json = Origin(change.What, change.By, change.Reference);
        json["outcome"] = change.Outcome.Name;
        if (change.Outcome.Code is { } code) json["code"] = code;
        if (PrintableText.Of(change.Outcome.Reason, LongestReason) is { } reason) json["reason"] = reason;
        json["at"] = TimestampText.Format(change.At);
        return json;
    }

    private JsonObject Write(ExecutingChange change)
    {
        var json = Origin(change.What, change.By, change.Reference);
        if (runner.Step is { } step) json["step"] = step;
        return json;
    }

    private static JsonObject Origin(string what, ChangeOrigin by, string reference) => by == ChangeOrigin.Job
        ? new JsonObject { ["what"] = what, ["jobId"] = reference }
        : new JsonObject { ["what"] = what, ["shadowVersion"] = long.Parse(reference, CultureInfo.InvariantCulture) };

    /// <summary>The desired keys that are not active, and why.</summary>
    private JsonObject Rejected()
    {
        var rejected = new JsonObject();
        foreach (var (key, handled) in controlState.Record.Handled.Where(h => h.Value.Rejection is not null).OrderBy(h => h.Key, StringComparer.Ordinal).Take(MaxRejected))
            rejected[PrintableText.Of(key, 100)] = handled.Rejection;
        return rejected;
    }

    private JsonObject WriteLevels()
    {
        var (waiting, held) = (spool.Status, credentials.Status);
        var uploaded = metrics.Collect().Where(f => f.Name == UploadedName).SelectMany(f => f.Read()).Sum(v => v.Value);
        return new JsonObject
        {
            ["spool"] = new JsonObject
            {
                ["readings"] = waiting.Count,
                ["bytes"] = waiting.Bytes,
                ["oldestSeconds"] = waiting.OldestAge is { } age ? Math.Round(age.TotalSeconds) : null,
            },
            ["readingsUploaded"] = uploaded,
            [LastUploadName] = upload.Status.SinceLastSuccess is { } since && clock.IsTrusted ? TimestampText.Format(clock.GetUtcNow() - since) : null,
            ["credentialsExpire"] = held.Expiration is { } end ? TimestampText.Format(end) : null,
        };
    }
}
