using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Demo;
using DeviceAgent.Testbed.Hosting;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Web;

/// <summary>What <c>GET /status</c> answers: every device as the cloud sees it and as it reports itself, and the jobs.</summary>
internal sealed class StatusView(RegistryService registry, ThingSwitches switches, RecentReadings readings, FleetControl fleet, Activity activity)
{
    public async Task<JsonObject> ReadAsync(IReadOnlyList<DemoDevice> devices, CancellationToken cancellationToken)
    {
        var shown = new JsonArray();
        foreach (var device in devices) shown.Add((JsonNode)await ReadAsync(device.Status, cancellationToken));
        return new JsonObject
        {
            ["account"] = CloudAccount.AccountId,
            ["region"] = CloudAccount.Region,
            ["roleAliases"] = new JsonArray([.. registry.RoleAliases.All.Select(a => JsonValue.Create(a.Name))]),
            ["devices"] = shown,
            ["jobs"] = fleet.Jobs(),
        };
    }

    private async Task<JsonObject> ReadAsync(DeviceStatus device, CancellationToken cancellationToken)
    {
        var reported = fleet.Reported(device.Thing);
        var newest = await readings.NewestAsync(device.Thing, 1, cancellationToken);
        return new JsonObject
        {
            ["thingName"] = device.Thing,
            ["agentRunning"] = device.AgentRunning,
            ["connected"] = fleet.IsConnected(device.Thing),
            ["rows"] = device.Rows,
            ["rowsPerSecond"] = Math.Round(device.RowsPerSecond, 2),
            ["credentialExpiration"] = device.CredentialExpiration,
            ["lastError"] = device.LastError,
            ["roleAlias"] = reported.RoleAlias ?? activity.Of(device.Thing).RoleAlias,
            ["certificateId"] = reported.CertificateId,
            ["spoolReadings"] = reported.SpoolReadings,
            ["health"] = reported.Health,
            ["change"] = reported.Change,
            ["lastReading"] = newest.Count > 0 ? Json(newest[0]) : null,
            ["faults"] = new JsonObject(Enum.GetValues<ThingSwitch>().Select(s => KeyValuePair.Create(NameOf(s), (JsonNode?)JsonValue.Create(switches.IsOn(device.Thing, s))))),
        };
    }

    public static JsonObject Json(ShownReading reading) => new()
    {
        ["timestamp"] = reading.Timestamp,
        ["temperature"] = reading.Temperature,
        ["humidity"] = reading.Humidity,
    };

    /// <summary>As it is spelt in JSON.</summary>
    public static string NameOf(ThingSwitch what) => char.ToLowerInvariant(what.ToString()[0]) + what.ToString()[1..];
}
