using System.Collections.Concurrent;
using System.Text;
using DeviceAgent.IntegrationTests.Support;
using DeviceAgent.Testbed;
using DeviceAgent.Testbed.Faults;

namespace DeviceAgent.IntegrationTests;

/// <summary>A canary: what must stay secret is looked for in everything that the agent writes anywhere.</summary>
public sealed class SecretTests
{
    [Fact]
    public async Task Agent_AtTheLoudestLevel_WritesNoSecretAnywhere()
    {
        await using var cloud = await TestCloud.StartAsync(new TestbedOptions { CredentialLifetime = TimeSpan.FromSeconds(3) });
        var secrets = new ConcurrentBag<string>();
        cloud.Cloud.Activity.Issued += (_, issued) =>
        {
            secrets.Add(issued.SecretAccessKey);
            secrets.Add(issued.SessionToken);
        };
        var configuration = await cloud.DeviceAsync();
        var folder = Path.GetDirectoryName(configuration)!;
        var key = await File.ReadAllTextAsync(Path.Combine(folder, "private.key"));
        foreach (var line in key.Split('\n').Where(l => l.Length > 20 && !l.Contains("-----", StringComparison.Ordinal))) secrets.Add(line);

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
        AssertNone(secrets, Encoding.UTF8.GetBytes(output), "what the agent printed");
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != "private.key"))
            AssertNone(secrets, await File.ReadAllBytesAsync(file), file);

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

    private static void AssertNone(IEnumerable<string> secrets, ReadOnlySpan<byte> bytes, string where)
    {
        foreach (var secret in secrets)
            Assert.True(bytes.IndexOf(Encoding.UTF8.GetBytes(secret)) < 0, $"a secret stands in {where}");
    }
}
