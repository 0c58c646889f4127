using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Demo;
using DeviceAgent.Testbed.Hosting;
using DeviceAgent.Testbed.Shadow;

namespace DeviceAgent.Testbed.Web;

/// <summary>What <c>GET /status</c> answers: every device as the cloud sees it and as it reports itself, and the jobs.</summary>
internal sealed class StatusView(Cloud cloud, ThingSwitches switches, RecentReadings readings, FleetControl fleet)
{
    public async Task<JsonObject> ReadAsync(IReadOnlyList<DeviceStatus> things, CancellationToken cancellationToken)
    {
        var wanted = fleet.WantedByJobs();
        var shown = new JsonArray();
        foreach (var thing in things) shown.Add((JsonNode)await ReadAsync(thing, wanted.TryGetValue(thing.Thing, out var byJob) ? byJob : null, cancellationToken));
        return new JsonObject
        {
            ["account"] = CloudAccount.AccountId,
            ["region"] = CloudAccount.Region,
            ["roleAliases"] = new JsonArray([.. cloud.Registry.RoleAliases.All.Select(a => JsonValue.Create(a.Name))]),
            ["devices"] = shown,
            ["jobs"] = fleet.Jobs(),
        };
    }

    private async Task<JsonObject> ReadAsync(DeviceStatus device, WantedRoleAlias? byJob, CancellationToken cancellationToken)
    {
        var reported = cloud.Reported(device.Thing);
        var byShadow = reported.DesiredRoleAlias;
        var newest = await readings.NewestAsync(device.Thing, 1, cancellationToken);
        return new JsonObject
        {
            ["thingName"] = device.Thing,
            ["agentRunning"] = device.AgentRunning,
            ["connected"] = device.Connected,
            ["rows"] = device.Rows,
            ["rowsPerSecond"] = Math.Round(device.RowsPerSecond, 2),
            ["credentialExpiration"] = device.CredentialExpiration,
            ["trouble"] = device.Trouble is { } trouble ? new JsonObject { ["text"] = trouble.Text, ["since"] = trouble.Since } : null,
            ["lastRequest"] = device.LastRequestAt,
            ["roleAlias"] = reported.RoleAlias ?? cloud.Activity.Of(device.Thing).RoleAlias,
            ["wantedRoleAlias"] = (byJob?.Since > byShadow?.Since ? byJob : byShadow ?? byJob)?.Name,
            ["certificateId"] = reported.CertificateId,
            ["spoolReadings"] = reported.SpoolReadings,
            ["change"] = reported.Change,
            ["lastReading"] = newest.Count > 0 ? Json(newest[0]) : null,
            ["lastArrival"] = device.LastWrittenAt,
            ["faults"] = new JsonObject(Enum.GetValues<ThingSwitch>().Select(s => KeyValuePair.Create(NameOf(s), (JsonNode?)JsonValue.Create(switches.IsOn(device.Thing, s))))),
        };
    }

    public static JsonObject Json(ShownReading reading) => new()
    {
        ["timestamp"] = reading.Timestamp,
        ["values"] = new JsonObject(reading.Values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => KeyValuePair.Create(v.Key, (JsonNode?)JsonValue.Create(v.Value)))),
    };

    /// <summary>As it is spelt in JSON.</summary>
    public static string NameOf(ThingSwitch what) => char.ToLowerInvariant(what.ToString()[0]) + what.ToString()[1..];
}
