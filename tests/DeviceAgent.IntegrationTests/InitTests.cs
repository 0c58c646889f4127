using System.Text.Json.Nodes;
using DeviceAgent.Rigs.Support;

namespace DeviceAgent.IntegrationTests;

/// <summary><c>device-agent init</c> as a process: the configuration that it makes uploads, the doctor agrees.</summary>
public sealed class InitTests
{
    /// <summary>The folder that <c>aws-setup.sh</c> left, as getting-started has it: nothing is asked, all is carried over, and files come beside the configuration.</summary>
    [Fact]
    public async Task Init_FolderOfTheSetupScript_MakesAConfigurationThatUploads()
    {
        await using var cloud = await TestCloud.StartAsync();
        var (made, place) = (Path.Combine(cloud.Directory, "boiler-07"), Directory.CreateDirectory(Path.Combine(cloud.Directory, "etc")).FullName);
        (await cloud.ShellAsync($"scripts/aws-setup.sh boiler-07 --source none --directory '{made}'")).Succeeded();
        var configuration = Path.Combine(place, "agent.json");

        await using (var init = RunningAgent.Start(["init", "--from", made, "--output", configuration, "--set", "upload.maxDelaySeconds=0.5"]))
        {
            Assert.True(await init.WaitForExitAsync() == 0, init.Output);
            Assert.Contains("All is well.", init.Output, StringComparison.Ordinal);
            Assert.Contains($"Next: device-agent run --config {configuration}", init.Output, StringComparison.Ordinal);
        }

        // What was copied is all that is needed.
        Directory.Delete(made, recursive: true);
        await UploadAsync(cloud, configuration);
    }

    /// <summary>Certificate and key alone, as the console gives them; the rest by options; the doctor names the role alias that is wrong, and the configuration is there.</summary>
    [Fact]
    public async Task Init_CertificateAndKeyAlone_MakesAConfigurationThatUploadsOnceTheDoctorIsContent()
    {
        await using var cloud = await TestCloud.StartAsync();
        var device = Path.GetDirectoryName(await cloud.DeviceAsync("boiler-07"))!;
        var download = Directory.CreateDirectory(Path.Combine(cloud.Directory, "download")).FullName;
        File.Copy(Path.Combine(device, "certificate.pem"), Path.Combine(download, "3f0a1b2c4d-certificate.pem.crt"));
        File.Copy(Path.Combine(device, "private.key"), Path.Combine(download, "3f0a1b2c4d-private.pem.key"));
        var configuration = Path.Combine(Directory.CreateDirectory(Path.Combine(cloud.Directory, "etc")).FullName, "agent.json");
        var settings = JsonNode.Parse(await File.ReadAllBytesAsync(Path.Combine(device, "agent.json")))!;
        string[] arguments =
        [
            "init", "--from", download, "--output", configuration, "--thing", "boiler-07", "--endpoint", Setting("credentialsEndpoint"), "--mqtt-endpoint", Setting("mqttEndpoint"),
            "--region", Setting("region"), "--ca", Path.Combine(device, "ca.pem"), "--set", $"dynamoDbEndpoint={Setting("dynamoDbEndpoint")}", "--set", "upload.maxDelaySeconds=0.5", "--source", "none",
        ];

        await using (var init = RunningAgent.Start([.. arguments, "--role-alias", "device-agnt"]))
        {
            Assert.Equal(1, await init.WaitForExitAsync());
            Assert.Contains("1 failure: credentials.", init.Output, StringComparison.Ordinal);
        }

        await using (var init = RunningAgent.Start([.. arguments, "--role-alias", "device-agent", "--force"])) Assert.True(await init.WaitForExitAsync() == 0, init.Output);
        await UploadAsync(cloud, configuration);

        string Setting(string name) => (string)settings[name]!;
    }

    private static async Task UploadAsync(TestCloud cloud, string configuration)
    {
        await using var agent = RunningAgent.Run(configuration);
        await agent.WaitForOutputAsync("Local programs are answered on");
        using (var program = UnixHttp.Client(Path.Combine(Path.GetDirectoryName(configuration)!, "state", "device-agent.sock")))
        using (var reading = new StringContent("""{"temperature":21.5}""", System.Text.Encoding.UTF8, "application/json"))
        using (var answer = await program.PostAsync(new Uri("/v1/readings", UriKind.Relative), reading))
            Assert.Equal(System.Net.HttpStatusCode.Accepted, answer.StatusCode);
        await cloud.WaitForRowsAsync("boiler-07", 1, agent);
        Assert.Equal("21.5", Assert.Single(await cloud.ItemsAsync("boiler-07"))["temperature"].N);
    }
}
