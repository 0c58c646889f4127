using DeviceAgent.Rigs.Support;

namespace DeviceAgent.IntegrationTests.Identity;

/// <summary>First provisioning by claim, and rotation by a job, as an operator does them.</summary>
public sealed class CertificateChangeTests
{
    private const string Thing = "thermostat-01";

    [Fact]
    public async Task Provision_ByClaim_GivesADeviceThatUploads_AndAgainDoesNothing()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync(Thing);
        var folder = Path.GetDirectoryName(configuration)!;
        File.Delete(Path.Combine(folder, "certificate.pem"));
        File.Delete(Path.Combine(folder, "private.key"));
        string[] claim = ["--claim-certificate", Path.Combine(cloud.Directory, "claim", "certificate.pem"), "--claim-key", Path.Combine(cloud.Directory, "claim", "private.key")];
        string[] settings = ["--set", $"mqttEndpoint={cloud.Cloud.DataEndpoint}", "--set", "provisioning.parameters.Site=plant-3"];

        await using var first = RunningAgent.Start(["provision", "--config", configuration, .. claim, .. settings]);
        Assert.True(await first.WaitForExitAsync() == 0, first.Output);
        Assert.Contains($" as claim.{Thing} with claim certificate ", first.Output);
        Assert.Contains($"thingName     {Thing}", first.Output);
        Assert.Contains("configuration roleAlias = device-agent", first.Output);
        Assert.Contains("configuration powerReturnSpreadSeconds = 1200", first.Output);
        var key = File.ReadAllText(Path.Combine(folder, "private.key"));
        Assert.DoesNotContain(key.Split('\n')[1], first.Output);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "private.key")));

        await using var again = RunningAgent.Start(["provision", "--config", configuration, .. claim, .. settings]);
        Assert.Equal(0, await again.WaitForExitAsync());
        Assert.Contains("provisioned: certificate", again.Output);
        Assert.Equal(key, File.ReadAllText(Path.Combine(folder, "private.key")));

        await using var agent = RunningAgent.Run(configuration, $"mqttEndpoint={cloud.Cloud.DataEndpoint}");
        await cloud.WaitForRowsAsync(Thing, 25, agent);
        Assert.Equal(0, await agent.TerminateAsync());
    }

    [Fact]
    public async Task RotateCertificate_ByAJob_ProvesAndExchangesUnderLoad()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync(Thing);
        var folder = Path.GetDirectoryName(configuration)!;
        var before = File.ReadAllText(Path.Combine(folder, "certificate.pem"));
        await using var agent = RunningAgent.Run(
            configuration, $"mqttEndpoint={cloud.Cloud.DataEndpoint}", "source.kind=simulated", "source.intervalSeconds=0.05", "upload.maxDelaySeconds=0.2", "spool.groupCommitSeconds=0.2");
        await cloud.WaitForRowsAsync(Thing, 25, agent);

        (await cloud.ShellAsync(
            $$"""
            aws iot create-job --job-id rotate-1 --targets {{Testbed.CloudAccount.Arn("iot", $"thing/{Thing}")}} --document '{"operation":"rotate-certificate"}'
            """)).Succeeded();
        await agent.WaitForOutputAsync("is proven and active");
        var execution = await cloud.WaitForJobAsync("rotate-1", Thing, agent);
        Assert.True(execution.Contains("SUCCEEDED", StringComparison.Ordinal), execution + agent.Output);

        var rows = (await cloud.ItemsAsync(Thing)).Count;
        await cloud.WaitForRowsAsync(Thing, rows + 50, agent);
        Assert.Single(agent.Output.Split('\n'), line => line.Contains("is made anew", StringComparison.Ordinal));
        Assert.NotEqual(before, File.ReadAllText(Path.Combine(folder, "certificate.pem")));
        Assert.Equal(["agent.json", "ca.pem", "certificate.pem", "private.key", "recording.csv", "state"], Directory.GetFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.False(File.Exists(Path.Combine(folder, "state", "certificate.json")));
        Assert.Null(cloud.Cloud.Activity.Of(Thing).LastRefusal);
        Assert.Empty(cloud.Cloud.Activity.RefusedSignatures);
        Assert.Equal(0, await agent.TerminateAsync());
    }

    /// <summary>The key is passed as systemd does, where it cannot be replaced: the new pair stands in for it from the state directory.</summary>
    [Fact]
    public async Task RotateCertificate_KeyPassedByTheServiceManager_TheStoredPairIsUsedOverRestartsUntilAnotherIsPutThere()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync(Thing);
        var folder = Path.GetDirectoryName(configuration)!;
        var credentials = Directory.CreateDirectory(Path.Combine(cloud.Directory, "credentials")).FullName;
        File.Move(Path.Combine(folder, "private.key"), Path.Combine(credentials, "private.key"));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(credentials, "private.key"), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        var environment = new Dictionary<string, string> { ["CREDENTIALS_DIRECTORY"] = credentials };
        string[] settings = ["source.kind=simulated", "source.intervalSeconds=0.05", "upload.maxDelaySeconds=0.2", "spool.groupCommitSeconds=0.2"];
        var (certificate, key) = (File.ReadAllText(Path.Combine(folder, "certificate.pem")), File.ReadAllText(Path.Combine(credentials, "private.key")));
        var stored = Path.Combine(folder, "state", "identity", "certificate.pem");

        await using (var agent = RunningAgent.Run(configuration, settings, environment))
        {
            await cloud.WaitForRowsAsync(Thing, 25, agent);
            (await cloud.ShellAsync(
                $$"""
                aws iot create-job --job-id rotate-1 --targets {{Testbed.CloudAccount.Arn("iot", $"thing/{Thing}")}} --document '{"operation":"rotate-certificate"}'
                """)).Succeeded();
            await agent.WaitForOutputAsync($"is proven and active, in {stored}");
            var execution = await cloud.WaitForJobAsync("rotate-1", Thing, agent);
            Assert.True(execution.Contains("SUCCEEDED", StringComparison.Ordinal), execution + agent.Output);
            await agent.KillAsync();
        }

        Assert.Equal((certificate, key), (File.ReadAllText(Path.Combine(folder, "certificate.pem")), File.ReadAllText(Path.Combine(credentials, "private.key"))));
        await using (var again = RunningAgent.Run(configuration, settings, environment))
        {
            await again.WaitForOutputAsync($"from {stored}");
            await cloud.WaitForRowsAsync(Thing, (await cloud.ItemsAsync(Thing)).Count + 25, again);
            await using var status = RunningAgent.Start(["status", "--config", configuration]);
            Assert.Equal(0, await status.WaitForExitAsync());
            Assert.Contains($"from {stored}", status.Output);
            await using var check = RunningAgent.Start(["check", "--config", configuration], environment);
            Assert.Equal(0, await check.WaitForExitAsync());
            Assert.Contains($"from {stored}", check.Output);
            Assert.Equal(0, await again.TerminateAsync());
        }

        (await cloud.ShellAsync(
            $$"""
            cd '{{folder}}'
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout '{{credentials}}/private.key' -out certificate.pem -subj /CN={{Thing}} -days 30 2>/dev/null
            chmod 440 '{{credentials}}/private.key'
            """)).Succeeded();
        await using var other = RunningAgent.Run(configuration, settings, environment);
        await other.WaitForOutputAsync($"from {Path.Combine(folder, "certificate.pem")}");
        Assert.True(File.Exists(Path.Combine(folder, "state", "identity.replaced", "certificate.pem")));
    }

    [Theory]
    [InlineData("issued, registered and staged")]
    [InlineData("is made anew")]
    public async Task RotateCertificate_KilledOnTheWay_EndsOnOneMatchingPair(string line)
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync(Thing);
        var folder = Path.GetDirectoryName(configuration)!;
        string[] settings = [$"mqttEndpoint={cloud.Cloud.DataEndpoint}", "source.kind=simulated", "source.intervalSeconds=0.05", "upload.maxDelaySeconds=0.2", "spool.groupCommitSeconds=0.2"];
        await using var first = RunningAgent.Run(configuration, settings);
        await cloud.WaitForRowsAsync(Thing, 1, first);
        (await cloud.ShellAsync(
            $$"""
            aws iot create-job --job-id rotate-1 --targets {{Testbed.CloudAccount.Arn("iot", $"thing/{Thing}")}} --document '{"operation":"rotate-certificate"}'
            """)).Succeeded();
        await first.WaitForOutputAsync(line);
        await first.KillAsync();

        await using var second = RunningAgent.Run(configuration, settings);
        var execution = await cloud.WaitForJobAsync("rotate-1", Thing, second);
        Assert.Equal(0, await second.TerminateAsync());

        Assert.True(execution.Contains("SUCCEEDED", StringComparison.Ordinal), execution + second.Output);
        Assert.Empty(Directory.GetFiles(folder, "*.next").Concat(Directory.GetFiles(folder, "*.previous")));
        (await Command.RunAsync("bash", ["-c", "diff <(openssl x509 -in certificate.pem -noout -pubkey) <(openssl pkey -in private.key -pubout)"], folder: folder)).Succeeded();
    }
}
