using System.Net;
using System.Net.Http.Json;
using System.Text;
using DeviceAgent.Rigs.Support;
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
