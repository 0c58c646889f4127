using System.Text.Json.Nodes;
using DeviceAgent.IntegrationTests.Identity;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.IntegrationTests.Documentation;

/// <summary>
/// What each page takes for granted, and the words that its reader replaces: with <see cref="ReadersShell"/> all by which what runs differs from what is printed.
/// A page that is not here is read in the repository's folder by an operator of the testbed, beside a device whose agent runs.
/// </summary>
internal static class Scenes
{
    private static readonly Dictionary<string, Func<Page, Task>> Special = new()
    {
        ["README.md"] = OwnTestbedAndAccount,
        ["docs/agent.md"] = async page =>
        {
            await OperatorAndDeviceAsync(page);
            page.EndWith = ReadersShell.Arrived;
        },
        ["docs/device-fleet.md"] = async page =>
        {
            for (var n = 1; n <= 3; n++) await page.StartAgentAsync($"thermostat-{n:00}");
            page.Expected.Add(("now active: device-agent-next on 3", "all have the new role alias in the end"));
        },
        ["docs/getting-started.md"] = async page =>
        {
            await OwnTestbedAndAccount(page);
            page.Before["scripts/aws-setup.sh"] = $"{ReadersShell.Arrived}; {page.Before["scripts/aws-setup.sh"]}";
        },
        ["docs/hardware-keys.md"] = async page =>
        {
            // SoftHSM2 as the page says. What is added to the commands is typed by a person who is asked.
            page.BeginWith += $"""

                export SOFTHSM2_CONF=$HOME/softhsm2.conf
                mkdir ~/tokens
                printf 'directories.tokendir = %s\nlog.level = ERROR\n' ~/tokens >"$SOFTHSM2_CONF"
                softhsm2-util --init-token --free --label device --so-pin 1234 --pin {Token.Pin}
                """;
            page.StandIns["--login "] = $"--login --pin {Token.Pin} ";
            page.StandIns[";type=private"] = $";type=private?pin-value={Token.Pin}";
            page.Folder = page.Home;
            page.Expected.Add(("\"certificateArn\"", "AWS IoT takes the request that the token signed"));
            await Task.CompletedTask;
        },
        ["docs/identity.md"] = async page =>
        {
            await page.Cloud.DeviceAsync();
            var configuration = await page.Cloud.DeviceAsync("thermostat-02");
            Page.Change(configuration, c => c["thingName"] = "thermostat-99");
            page.Folder = Path.GetDirectoryName(configuration)!;
            foreach (var file in new[] { "certificate.pem", "private.key" }) File.Delete(Path.Combine(page.Folder, file));
            Directory.CreateSymbolicLink(Path.Combine(page.Folder, "claim"), Path.Combine(page.Cloud.Directory, "claim"));
            page.StandIns["REGION"] = CloudAccount.Region;
            page.StandIns["ACCOUNT"] = CloudAccount.AccountId;
            page.Expected.Add(("thermostat-99", "the device is registered"));
        },
        ["docs/local-credentials.md"] = async page =>
        {
            await page.StartAgentAsync(configure: c => c["credentials"] = new JsonObject { ["port"] = page.CredentialsPort });
            page.Folder = page.Device;
            page.StandIns["--group telemetry"] = "--group \"$(id -gn)\"";
            page.StandIns["/run/device-agent/"] = $"{page.Device}/state/";
            page.Expected.Add(("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=", "the client's environment is printed"));
            page.Expected.Add(("\"AccessKeyId\"", "the socket gives credentials"));
        },
        ["docs/operators-guide.md"] = async page =>
        {
            for (var n = 1; n <= 5; n++) await page.StartAgentAsync($"thermostat-{n:00}");
            page.Expected.Add(("thermostat-01 device-agent-v2 ok", "the device has the new role alias in the end"));
            page.Expected.Add(("5 things: ", "device-fleet shows all"));
        },
        ["docs/remote-control.md"] = async page =>
        {
            await page.StartAgentAsync();
            page.Folder = page.Home;
            page.Before["aws iot create-job"] = "aws iot create-thing-group --thing-group-name fleet; aws iot add-thing-to-thing-group --thing-group-name fleet --thing-name thermostat-01";
            page.StandIns["ARN-OF-THE-THING-GROUP"] = CloudAccount.Arn("iot", "thinggroup/fleet");
        },
        ["docs/testbed.md"] = async page =>
        {
            // The page's clients have the client id of the agent, which would take it back from them.
            await page.StartAgentAsync(configure: c =>
            {
                c.Remove("mqttEndpoint");
                c["credentials"] = new JsonObject { ["port"] = page.CredentialsPort };
            });
            page.BeginWith = "";
            page.Folder = page.Home;
            page.Before["env -u"] = $"device-agent clients add telemetry --config {page.Device}/agent.json";
            page.StandIns["DIR"] = page.Cloud.Directory;
            page.StandIns["STATE"] = $"{page.Device}/state";
            page.StandIns["THING"] = TestCloud.Thing;
            page.StandIns[":8555/"] = $":{page.CredentialsPort}/";
            page.StandIns["-p 8446"] = $"-p {page.Cloud.Cloud.DataEndpoint.Split(':')[1]}";
            page.Expected.Add(("\"TableStatus\": \"ACTIVE\"", "the agent's credentials are good for the table"));
            page.Expected.Add(("\"certificateOwnershipToken\"", "the claim gets a certificate"));
        },
    };

    public static Func<Page, Task> Of(string page) => Special.GetValueOrDefault(page, OperatorAndDeviceAsync);

    private static async Task OperatorAndDeviceAsync(Page page)
    {
        await page.StartAgentAsync();
        page.StandIns["DIR"] = page.Cloud.Directory;
        page.StandIns["STATE"] = $"{page.Device}/state";
    }

    /// <summary>The page starts a testbed of its own. The account to which it goes on is another cloud, in which nobody has made anything.</summary>
    private static Task OwnTestbedAndAccount(Page page)
    {
        page.Before["scripts/aws-setup.sh"] = page.BeginWith;
        page.Before["aws iot create-job"] = $". '{page.OwnTestbed}/{EnvironmentFile.Name}'";
        page.BeginWith = "";
        page.StandIns["DIR"] = page.OwnTestbed;
        page.StandIns["FOLDER/device-agent"] = "device-agent";
        return Task.CompletedTask;
    }
}
