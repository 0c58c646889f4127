using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed;
using DeviceAgent.Testbed.Demo;
using DeviceAgent.Testbed.Hosting;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.IntegrationTests;

/// <summary>The testbed's page: in a real browser, and against pages that mean ill.</summary>
public sealed class PageTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Chromium_APersonRotatesARoleAlias_SeesItProvenAndCommittedAndAWrongOneRefused()
    {
        var state = Directory.CreateTempSubdirectory("device-agent-page-");
        using var testbed = Command.Start("dotnet", [DemonstrationTests.Testbed, "--devices", "2", "--port-base", "0", "--state", state.FullName], null, null);
        try
        {
            var script =
                $"""
                until [ -f '{state.FullName}/{EnvironmentFile.Name}' ]; do sleep 0.2; done
                . '{state.FullName}/{EnvironmentFile.Name}'
                node tests/node/page.mjs $TESTBED_CONSOLE_URL/ thermostat-01 {RegistrySeed.NextRoleAliasName}
                """;
            var output = (await Command.RunAsync("bash", ["-euo", "pipefail", "-c", script], patience: _patience)).Succeeded();

            Assert.Contains("thermostat-01: rotated to device-agent-next, refused device-agent-readonly", output);
        }
        finally
        {
            testbed.Kill(entireProcessTree: true);
            await testbed.WaitForExitAsync();
            state.Delete(recursive: true);
        }
    }

    /// <summary>As <c>scripts/aws-setup.sh</c> does: the testbed's own demonstration knows nothing of it.</summary>
    [Fact]
    public async Task Status_ThingThatSomebodyElseRegisters_IsShownWithItsRows_AndCanBeRotated()
    {
        await using var cloud = await TestCloud.StartAsync();
        var things = new ShownThings([], cloud.Cloud);
        cloud.Cloud.Watch(things);
        await using var agent = RunningAgent.Run(await cloud.DeviceAsync("pump-3"), "upload.maxDelaySeconds=0");
        await cloud.WaitForRowsAsync("pump-3", 3, agent);
        await new RowCounts(cloud.Cloud.ItemCounts, cloud.DynamoDb).UpdateAsync(things.Refresh(), CancellationToken.None);
        using var http = new HttpClient { BaseAddress = cloud.Cloud.Host.Url(Listener.Console) };
        var shown = JsonNode.Parse(await http.GetStringAsync("status"))!["devices"]!.AsArray().Single()!;
        Assert.Equal(("pump-3", true), ((string?)shown["thingName"], (bool)shown["agentRunning"]!));
        Assert.InRange((long)shown["rows"]!, 3, long.MaxValue);
        using var alias = new StringContent("""{"roleAlias":"device-agent-next"}""");
        Assert.Null((string?)shown["wantedRoleAlias"]);
        Assert.True((await http.PutAsync("things/pump-3/role-alias", alias)).IsSuccessStatusCode);
        Assert.Equal("device-agent-next", (string?)JsonNode.Parse(await http.GetStringAsync("status"))!["devices"]![0]!["wantedRoleAlias"]);
    }

    [Fact]
    public async Task Status_DeviceOfSomebodyElses_IsKnownByItsRequestsAndItsTroubleEndsWithSuccess()
    {
        const string thing = TestCloud.Thing;
        await using var cloud = await TestCloud.StartAsync();
        await using var device = await DemoDevice.PrepareAsync(thing, cloud.Cloud, readingsPerSecond: 1, cloud.DynamoDb, CancellationToken.None);
        cloud.Cloud.Watch(new ShownThings([device], cloud.Cloud));
        using var http = new HttpClient { BaseAddress = cloud.Cloud.Host.Url(Listener.Console) };
        Assert.False((bool)(await StatusAsync())["agentRunning"]!);

        var credentials = await DeviceCredentials.FetchAsync(cloud, thing);
        Assert.True((bool)(await StatusAsync())["agentRunning"]!);

        using var dynamoDb = new AmazonDynamoDBClient(
            new SessionAWSCredentials(credentials.AccessKeyId, credentials.SecretAccessKey.Reveal(), credentials.SessionToken.Reveal()),
            new AmazonDynamoDBConfig { ServiceURL = cloud.Cloud.Host.Url(Listener.DynamoDb).ToString(), AuthenticationRegion = CloudAccount.Region, MaxErrorRetry = 0 });
        await SwitchAsync("throttle", true);
        await Assert.ThrowsAsync<ProvisionedThroughputExceededException>(PutAsync);
        Assert.Contains("ProvisionedThroughputExceededException", (string?)(await StatusAsync())["trouble"]!["text"], StringComparison.Ordinal);

        await SwitchAsync("throttle", false);
        await PutAsync();

        var status = await StatusAsync();
        Assert.Null(status["trouble"]);
        Assert.NotNull(status["lastArrival"]);
        Assert.Equal(7.5, (double)status["lastReading"]!["values"]!["co2"]!);

        async Task<JsonNode> StatusAsync() => JsonNode.Parse(await http.GetStringAsync("status"))!["devices"]![0]!;

        async Task SwitchAsync(string fault, bool on) => (await http.PutAsJsonAsync($"things/{thing}/faults", new Dictionary<string, bool> { [fault] = on })).EnsureSuccessStatusCode();

        Task PutAsync() => dynamoDb.PutItemAsync(thing, new Dictionary<string, AttributeValue>
        {
            ["serial_number"] = new(thing),
            ["timestamp"] = new("2026-03-01T12:00:00.000Z"),
            ["co2"] = new() { N = "7.5" },
            ["door"] = new("open"),
        });
    }

    [Fact]
    public async Task Request_FromAPageOfAnotherSite_ChangesNothing()
    {
        await using var cloud = await TestCloud.StartAsync();
        using var http = new HttpClient { BaseAddress = cloud.Cloud.Host.Url(Listener.Console) };
        using var foreign = new HttpRequestMessage(HttpMethod.Put, "faults") { Content = JsonContent.Create(new { clockSkewSeconds = 600 }) };
        foreign.Headers.Add("Origin", "https://example.com");
        using var rebound = new HttpRequestMessage(HttpMethod.Get, "status");
        rebound.Headers.Host = "example.com";

        Assert.Equal(HttpStatusCode.Forbidden, (await http.SendAsync(foreign)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.SendAsync(rebound)).StatusCode);
        Assert.Equal(0, cloud.Cloud.Faults.Current.ClockSkewSeconds);
    }

    [Theory]
    [InlineData("PUT", "/things/nobody/role-alias", """{"roleAlias":"device-agent"}""", "nobody")]
    [InlineData("POST", "/jobs", """{"roleAlias":"device-agent","perMinute":0,"abortPercentage":1,"abortAfter":1}""", "perMinute")]
    [InlineData("POST", "/jobs", "[]", "JSON object")]
    [InlineData("GET", "/jobs/none/executions", "", "none")]
    public async Task Request_ThatMakesNoSense_IsRefusedWithTheReason(string method, string path, string body, string reason)
    {
        await using var cloud = await TestCloud.StartAsync();
        using var http = new HttpClient { BaseAddress = cloud.Cloud.Host.Url(Listener.Console) };
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

        var response = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(reason, await response.Content.ReadAsStringAsync());
    }
}
