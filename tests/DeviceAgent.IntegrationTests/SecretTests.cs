using DeviceAgent.IntegrationTests.LocalCredentials;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed;
using DeviceAgent.Testbed.Faults;
using DeviceAgent.Testbed.Jobs;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Shadow;

namespace DeviceAgent.IntegrationTests;

/// <summary>A canary: what must stay secret is looked for in everything that the agent writes anywhere.</summary>
public sealed class SecretTests
{
    private const string PrivateKey = "private.key";

    [Fact]
    public async Task Agent_AtTheLoudestLevel_WritesNoSecretAnywhere()
    {
        await using var cloud = await TestCloud.StartAsync(new TestbedOptions { CredentialLifetime = TimeSpan.FromSeconds(3) });
        var secrets = new Canaries();
        secrets.Follow(cloud.Cloud);
        var configuration = await cloud.DeviceAsync();
        var folder = Path.GetDirectoryName(configuration)!;
        secrets.AddKey(Path.Combine(folder, PrivateKey));

        // All is well, then each sort of broken answer: failures are logged at length.
        var output = await RunAsync(agent => cloud.WaitForRowsAsync("thermostat-01", 20, agent));
        foreach (var (body, message) in new[]
        {
            (CredentialsBody.Malformed, "is not the JSON that it should be"), (CredentialsBody.Oversize, "is larger than"), (CredentialsBody.Expired, "expired already"),
        })
        {
            cloud.Cloud.Faults.Update(f => f with { Credentials = new CredentialsFault { Body = body } });
            output += await RunAsync(agent => agent.WaitForOutputAsync(message));
        }

        Assert.True(secrets.Count > 4);
        secrets.AssertNone(output, "what the agent printed");
        secrets.AssertNoneInFiles(folder, PrivateKey);

        async Task<string> RunAsync(Func<RunningAgent, Task> until)
        {
            await using var agent = RunningAgent.Run(configuration, "logLevel=Trace", "upload.maxDelaySeconds=0.2");
            await until(agent);
            Assert.Equal(0, await agent.TerminateAsync());
            return agent.Output;
        }
    }

    [Fact]
    public async Task Agent_WrongPassword_IsNotEchoed()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        var folder = Path.GetDirectoryName(configuration)!;
        (await cloud.ShellAsync($"umask 077; cd '{folder}'; openssl pkcs8 -topk8 -in private.key -out encrypted.key -passout pass:the-right-canary")).Succeeded();

        await using var agent = RunningAgent.Run(configuration, "logLevel=Trace", "privateKeyPath=encrypted.key", "privateKeyPassword=the-wrong-canary");

        Assert.NotEqual(0, await agent.WaitForExitAsync());
        Assert.Contains("encrypted.key", agent.Output);
        Assert.DoesNotContain("canary", agent.Output);
    }

    /// <summary>
    /// A device's life: it is provisioned by a claim, hands credentials out by each way, is asked in wrong ways, and gets another certificate and another role alias by jobs.
    /// </summary>
    [Fact]
    public async Task Agent_ProvisionedAskedAndRotated_WritesNoSecretAnywhere()
    {
        await using var rig = await CredentialsRig.PrepareAsync();
        var cloud = rig.Cloud;
        var secrets = new Canaries();
        secrets.Follow(cloud.Cloud);
        var key = Path.Combine(rig.Folder, PrivateKey);
        var claim = Path.Combine(cloud.Directory, "claim");
        secrets.AddKey(Path.Combine(claim, PrivateKey));
        File.Delete(key);
        File.Delete(Path.Combine(rig.Folder, "certificate.pem"));

        await Printed("provision", "--claim-certificate", Path.Combine(claim, "certificate.pem"), "--claim-key", Path.Combine(claim, PrivateKey), "--set", "logLevel=trace");
        secrets.AddKey(key);
        await rig.RunAsync("logLevel=trace", "credentials.imds=true", "source.kind=simulated", "source.intervalSeconds=0.05", "upload.maxDelaySeconds=0.2");
        await rig.Agent.WaitForOutputAsync("AWS credentials ASIA");

        await Printed("clients", "add", "telemetry");
        var token = await File.ReadAllTextAsync(Path.Combine(rig.State, "clients", "telemetry.token"));
        secrets.Add(token);
        await Printed("clients", "list");
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{rig.Port}") };
        Assert.Contains("SecretAccessKey", await AskAsync("/v1/credentials", HttpMethod.Get, "Authorization", token));
        Assert.DoesNotContain("SecretAccessKey", await AskAsync($"/v1/credentials?token={token}", HttpMethod.Get, "Authorization", token));
        Assert.DoesNotContain("SecretAccessKey", await AskAsync("/v1/credentials", HttpMethod.Get, "Authorization", $"Bearer {token}"));
        var session = await AskAsync("/latest/api/token", HttpMethod.Put, "X-aws-ec2-metadata-token-ttl-seconds", "60");
        secrets.Add(session);
        Assert.Contains("SecretAccessKey", await AskAsync("/latest/meta-data/iam/security-credentials/device-agent", HttpMethod.Get, "X-aws-ec2-metadata-token", session));
        secrets.AssertNone((await rig.CommandAsync("credentials", "--set", "logLevel=trace")).Error, "standard error of credentials");
        await Printed("credentials", "refresh");

        await DoneAsync("certificate", """{"operation":"rotate-certificate"}""");
        secrets.AddKey(key);
        RoleAliases.Add(cloud, "fleet-v2", RoleAliases.IotTrust, "dynamodb:BatchWriteItem", isAllowed: true);
        await DoneAsync("role-alias", """{"operation":"rotate-role-alias","roleAlias":"fleet-v2"}""");
        await Printed("status");
        using (var socket = UnixHttp.Client(Path.Combine(rig.State, "device-agent.sock")))
        {
            foreach (var path in new[] { "/v1/status", "/metrics" }) secrets.AssertNone(await socket.GetStringAsync(path), path);
        }

        var shadow = cloud.Cloud.Shadows.Get(ShadowKey.Of(TestCloud.Thing, ShadowService.AgentShadow)!).ToJsonString();
        Assert.Contains("fleet-v2", shadow);
        secrets.AssertNone(shadow, "the shadow");
        Assert.Equal(0, await rig.Agent.TerminateAsync());
        Assert.True(secrets.Count > 10);
        secrets.AssertNone(rig.Agent.Output, "what the agent printed");
        Assert.NotEmpty(rig.Audit());
        secrets.AssertNoneInFiles(rig.Folder, PrivateKey, "telemetry.token");

        async Task Printed(params string[] command)
        {
            var result = await rig.CommandAsync(command);
            result.Succeeded();
            secrets.AssertNone(result.Output + result.Error, $"what {command[0]} printed");
        }

        async Task<string> AskAsync(string target, HttpMethod method, string header, string value)
        {
            using var request = new HttpRequestMessage(method, target);
            request.Headers.TryAddWithoutValidation(header, value);
            using var response = await http.SendAsync(request);
            return await response.Content.ReadAsStringAsync();
        }

        async Task DoneAsync(string job, string document)
        {
            cloud.Cloud.Jobs.Control.Create(job, document, [Thing.ArnOf(TestCloud.Thing)], TargetSelection.Snapshot, new JobSettings(), schedule: null);
            using var timeout = new CancellationTokenSource(RunningAgent.Patience);
            using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            while (cloud.Cloud.Jobs.Control.Get(job).Status != JobStatus.Completed)
            {
                if (timeout.IsCancellationRequested) Assert.Fail(rig.Agent.Output);
                await poll.WaitForNextTickAsync();
            }

            var execution = Assert.Single(cloud.Cloud.Jobs.Control.ExecutionsOfJob(job));
            Assert.True(execution.Status == ExecutionStatus.Succeeded, $"{job}: {string.Join(", ", execution.StatusDetails)}");
            foreach (var (name, value) in execution.StatusDetails) secrets.AssertNone(value, $"{name} of job {job}");
        }
    }
}
