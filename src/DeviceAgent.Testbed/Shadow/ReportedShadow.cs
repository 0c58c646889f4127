using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Shadow;

/// <summary>The part of the agent's shadow that people are shown. What is missing or of another type is null.</summary>
/// <param name="document">The whole document; null when there is no shadow.</param>
internal sealed class ReportedShadow(JsonObject? document)
{
    private readonly JsonObject? _desired = document?["state"]?["desired"] as JsonObject;
    private readonly JsonObject? _reported = document?["state"]?["reported"] as JsonObject;

    public string? RoleAlias => Text(_reported?["roleAlias"]);

    /// <summary>The role alias that an operator has put into <c>desired</c>, and when; null when there is none.</summary>
    public WantedRoleAlias? DesiredRoleAlias => Text(_desired?["roleAlias"]) is { } alias ? new(alias, Written("desired", "roleAlias")) : null;

    public string? CertificateId => Text(_reported?["certificate"]?["id"]);

    /// <summary>What is wrong as the device sees it, e.g. <c>upload: ...</c>; null when nothing is.</summary>
    public string? Complaint => Text(_reported?["health"]) is { } health and not "ok" ? health : null;

    /// <summary>Since when it says so.</summary>
    public DateTimeOffset ComplaintSince => Written("reported", "health");

    /// <summary>Readings that wait on the device.</summary>
    public long? SpoolReadings => _reported?["status"]?["spool"]?["readings"] is JsonValue value && value.TryGetValue<long>(out var readings) ? readings : null;

    /// <summary>The change that the agent makes, is yet to make, or made last; null when there was none. Its reference is the role alias, or the id of the job.</summary>
    public JsonObject? Change
    {
        get
        {
            if (_reported?["executing"] is JsonObject executing) return Shown(executing);
            var wanted = DesiredRoleAlias?.Name;
            var isPending = wanted is not null && wanted != RoleAlias && _reported?["rejected"]?["roleAlias"] is null;
            if (isPending) return new JsonObject { ["operation"] = "roleAlias", ["reference"] = wanted };
            return _reported?["lastChange"] is JsonObject last ? Shown(last) : null;
        }
    }

    private JsonObject Shown(JsonObject change) => new()
    {
        ["operation"] = Text(change["what"]),
        ["reference"] = change["shadowVersion"] is not null && Text(change["what"]) == "roleAlias" ? Text(_desired?["roleAlias"]) : Text(change["jobId"]),
        ["step"] = Text(change["step"]),
        ["outcome"] = Text(change["outcome"]),
        ["code"] = Text(change["code"]),
        ["reason"] = Text(change["reason"]),
    };

    private DateTimeOffset Written(string section, string key) =>
        document?["metadata"]?[section]?[key]?["timestamp"] is JsonValue value && value.TryGetValue<long>(out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : default;

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
