using System.Text.Json;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed.Faults;

namespace DeviceAgent.IntegrationTests.LocalCredentials;

/// <summary><c>device-agent credentials</c> and <c>clients</c> as processes, with a running agent and without.</summary>
public sealed class CommandTests
{
    /// <summary>Time for ten processes to start on a busy machine while the first one's request is under way.</summary>
    private static readonly CredentialsFault _slow = new() { DelayMilliseconds = 6000 };

    [Fact]
    public async Task Credentials_TenProcessesAtOnceAndNoAgent_MakeOneRequestBetweenThem()
    {
        await using var rig = await CredentialsRig.PrepareAsync();
        rig.Cloud.Cloud.Faults.Update(f => f with { Credentials = _slow });

        var results = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => rig.CommandAsync("credentials")));

        var sets = results.Select(r => r.Succeeded()).Distinct().ToList();
        Assert.Single(sets);
        Assert.Equal(1, rig.Cloud.Cloud.Activity.Of(CredentialsRig.Thing).CredentialRequests);
        var set = JsonDocument.Parse(sets[0]).RootElement;
        Assert.Equal(["Version", "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"], set.EnumerateObject().Select(p => p.Name));
        Assert.Equal(1, set.GetProperty("Version").GetInt32());
        var secret = set.GetProperty("SecretAccessKey").GetString()!;
        foreach (var file in Directory.GetFiles(rig.State)) Assert.DoesNotContain(secret, await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task Credentials_RefusedByTheProvider_PrintsNothingButTheReasonToStandardError()
    {
        await using var rig = await CredentialsRig.PrepareAsync();
        rig.Cloud.Cloud.Faults.Update(f => f with { Credentials = new CredentialsFault { Status = 403 } });

        var result = await rig.CommandAsync("credentials");

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains("Likely cause:", result.Error);
    }

    [Fact]
    public async Task Commands_WithARunningAgent_ActOnItsOneCache()
    {
        await using var rig = await CredentialsRig.StartAsync();
        var first = JsonDocument.Parse((await rig.CommandAsync("credentials")).Succeeded()).RootElement.GetProperty("AccessKeyId").GetString();
        Assert.Equal(first, JsonDocument.Parse((await rig.CommandAsync("credentials")).Succeeded()).RootElement.GetProperty("AccessKeyId").GetString());
        Assert.Equal(1, rig.Cloud.Cloud.Activity.Of(CredentialsRig.Thing).CredentialRequests);

        Assert.Contains("the agent holds ASIA", (await rig.CommandAsync("credentials", "refresh")).Succeeded());
        Assert.Equal(2, rig.Cloud.Cloud.Activity.Of(CredentialsRig.Thing).CredentialRequests);

        using var http = new HttpClient();
        var token = await rig.AddClientTokenAsync("telemetry");
        Assert.Equal(200, await StatusAsync(http, rig.Url, token));
        (await rig.CommandAsync("clients", "revoke", "telemetry")).Succeeded();
        Assert.Equal(401, await StatusAsync(http, rig.Url, token));

        // Neither a core nor a debugger of the same user gets at what is in memory: the kernel gives the files of such a process to root.
        Assert.Equal("0", (await Command.RunAsync("stat", ["-c", "%u", $"/proc/{rig.Agent.ProcessId}/mem"])).Succeeded().Trim());
        Assert.Equal(0, await rig.Agent.TerminateAsync());
    }

    [Fact]
    public async Task Outage_PastTheEndOfTheCredentials_Is503AndRecoversByItself()
    {
        await using var rig = await CredentialsRig.StartAsync(TimeSpan.FromSeconds(4));
        using var http = new HttpClient();
        var token = await rig.AddClientTokenAsync("telemetry");
        Assert.Equal(200, await StatusAsync(http, rig.Url, token));

        rig.Cloud.Cloud.Faults.Update(f => f with { Credentials = new CredentialsFault { Status = 500 } });
        var seen = await PollUntilAsync(http, rig.Url, token, 503);
        Assert.All(seen.SkipLast(1), s => Assert.Equal(200, s));

        rig.Cloud.Cloud.Faults.Update(f => f with { Credentials = new CredentialsFault() });
        Assert.All((await PollUntilAsync(http, rig.Url, token, 200)).SkipLast(1), s => Assert.Equal(503, s));
    }

    private static async Task<List<int>> PollUntilAsync(HttpClient http, Uri url, string token, int status)
    {
        using var timeout = new CancellationTokenSource(RunningAgent.Patience);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        var seen = new List<int>();
        do
        {
            seen.Add(await StatusAsync(http, url, token));
        }
        while (seen[^1] != status && await poll.WaitForNextTickAsync(timeout.Token));
        return seen;
    }

    private static async Task<int> StatusAsync(HttpClient http, Uri url, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.TryAddWithoutValidation("Authorization", token);
        using var response = await http.SendAsync(request);
        return (int)response.StatusCode;
    }
}
