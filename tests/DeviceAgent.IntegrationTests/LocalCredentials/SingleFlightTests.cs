using System.Text.Json;
using DeviceAgent.IntegrationTests.Support;
using DeviceAgent.Local;
using DeviceAgent.Testbed.Faults;

namespace DeviceAgent.IntegrationTests.LocalCredentials;

/// <summary>However many ask over the agent's doors, the provider sees one request.</summary>
public sealed class SingleFlightTests
{
    private const int Callers = 1000;
    private const int Clients = 50;

    /// <summary>Below the port's bound of 256.</summary>
    private const int Connections = 200;

    /// <summary>At the same time, of one user.</summary>
    private const int Refreshes = ClientBudgets.Concurrent;

    private static readonly CredentialsFault _slow = new() { DelayMilliseconds = 5000 };
    private static readonly TimeSpan _again = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Credentials_AThousandCallersWhileTheFirstAreFetched_MakeOneRequest()
    {
        await using var rig = await CredentialsRig.PrepareAsync();
        rig.Cloud.Cloud.Faults.Update(f => f with { Credentials = _slow });
        await rig.RunAsync();
        var tokens = Enumerable.Range(0, Clients).Select(n => AddClient(rig, $"client-{n}")).ToList();
        using var port = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Connections });

        var sets = await Task.WhenAll(Enumerable.Range(0, Callers).Select(n => UntilServedAsync(port, rig.Url, tokens[n % Clients])));

        var first = Assert.Single(sets.Distinct());
        Assert.Equal(1, Requests(rig));

        using var socket = UnixHttp.Client(Path.Combine(rig.State, "device-agent.sock"));
        var second = Assert.Single((await Task.WhenAll(Enumerable.Range(0, Refreshes).Select(_ => RefreshAsync(socket)))).Distinct());
        Assert.NotEqual(first, second);
        Assert.Equal(2, Requests(rig));
    }

    private static long Requests(CredentialsRig rig) => rig.Cloud.Cloud.Activity.Of(CredentialsRig.Thing).CredentialRequests;

    private static string AddClient(CredentialsRig rig, string name)
    {
        var path = ClientToken.PathOf(Directory.CreateDirectory(Path.Combine(rig.State, "clients")).FullName, name);
        ClientToken.Create(path);
        return File.ReadAllText(path);
    }

    /// <summary>Asks again when it is told to come later, as SDKs do.</summary>
    private static async Task<string> UntilServedAsync(HttpClient http, Uri url, string token)
    {
        using var timeout = new CancellationTokenSource(RunningAgent.Patience);
        using var again = new PeriodicTimer(_again);
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.TryAddWithoutValidation("Authorization", token);
            using var response = await http.SendAsync(request, timeout.Token);
            if (response.IsSuccessStatusCode) return await FieldAsync(response, "AccessKeyId");
            Assert.True((int)response.StatusCode is 429 or 503, $"{response.StatusCode}");
            await again.WaitForNextTickAsync(timeout.Token);
        }
    }

    private static async Task<string> RefreshAsync(HttpClient socket)
    {
        using var response = await socket.PostAsync("/v1/credentials/refresh", null);
        return await FieldAsync(response.EnsureSuccessStatusCode(), "access_key_id");
    }

    private static async Task<string> FieldAsync(HttpResponseMessage response, string name)
    {
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return body.RootElement.GetProperty(name).GetString()!;
    }
}
