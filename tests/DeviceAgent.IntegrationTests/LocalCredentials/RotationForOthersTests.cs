using System.Collections.Concurrent;
using System.Text.Json;
using DeviceAgent.Control;
using DeviceAgent.IntegrationTests.Support;
using DeviceAgent.Local;
using DeviceAgent.RoleAlias;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.IntegrationTests.LocalCredentials;

/// <summary>Other programs keep the old role's credentials until the new alias is committed: the container endpoint is asked all the time while it is tried.</summary>
public sealed class RotationForOthersTests
{
    private const string Write = "dynamodb:BatchWriteItem";

    /// <summary>Below a client's 20 a second.</summary>
    private static readonly TimeSpan _pace = TimeSpan.FromMilliseconds(70);

    [Fact]
    public async Task Rotate_WhileAProgramAsks_ItGetsTheNewRoleFromTheCommitOnAndNeverARejectedOne()
    {
        await using var cloud = await TestCloud.StartAsync();
        var aliases = new ConcurrentDictionary<string, string>();
        cloud.Cloud.Activity.Issued += (alias, issued) => aliases[issued.AccessKeyId] = alias;
        var configuration = await cloud.DeviceAsync();
        RoleAliases.Add(cloud, "readonly", RoleAliases.IotTrust, "dynamodb:GetItem", isAllowed: true);
        RoleAliases.Add(cloud, "good", RoleAliases.IotTrust, Write, isAllowed: true);
        var port = FreePort.Next();
        await using var device = await RotatingDevice.StartAsync(configuration, settings: $"credentials.port={port}");
        using var program = new Program(port, Path.Combine(Path.GetDirectoryName(configuration)!, "state", "clients"));
        await program.UntilServedAsync();

        // At each step, in the midst of the rotation, and all the time between.
        var atStep = new List<(string Step, string Alias)>();
        device.OnStep = step => atStep.Add((step, aliases[program.AskAsync().GetAwaiter().GetResult()!]));
        var asking = program.AskOnAsync();
        Assert.Equal(ChangeResult.Rejected, (await device.RotateAsync("readonly")).Result);
        Assert.Equal([(RotationStep.Fetching, Cloud.RoleAlias), (RotationStep.Proving, Cloud.RoleAlias)], atStep);
        atStep.Clear();
        Assert.Equal(ChangeOutcome.Applied, await device.RotateAsync("good"));
        Assert.Equal([(RotationStep.Fetching, Cloud.RoleAlias), (RotationStep.Proving, Cloud.RoleAlias), (RotationStep.Committed, "good"), (RotationStep.Probation, "good")], atStep);
        program.Stop();
        var served = (await asking).Select(id => aliases[id]).ToList();

        Assert.Contains("readonly", aliases.Values);
        Assert.Equal([Cloud.RoleAlias, "good"], served.Distinct());
        Assert.Equal(served.Order(Comparer<string>.Create((a, b) => (a == "good").CompareTo(b == "good"))), served);
    }

    /// <summary>A program with a client's token; every answer is the access key id of a set.</summary>
    private sealed class Program : IDisposable
    {
        private readonly HttpClient _http = new();
        private readonly CancellationTokenSource _stop = new();
        private readonly Uri _url;
        private readonly string[] _tokens = new string[2];

        public Program(int port, string clients)
        {
            _url = new Uri($"http://127.0.0.1:{port}/v1/credentials");
            Directory.CreateDirectory(clients);
            for (var i = 0; i < _tokens.Length; i++)
            {
                var path = ClientToken.PathOf(clients, $"program-{i}");
                ClientToken.Create(path);
                _tokens[i] = File.ReadAllText(path);
            }
        }

        public async Task UntilServedAsync()
        {
            using var timeout = new CancellationTokenSource(RunningAgent.Patience);
            using var pace = new PeriodicTimer(_pace);
            while (await TryAskAsync(_tokens[0]) is null) await pace.WaitForNextTickAsync(timeout.Token);
        }

        public Task<string?> AskAsync() => TryAskAsync(_tokens[1]);

        /// <summary>Asks until it is stopped, and once more after that.</summary>
        public async Task<List<string>> AskOnAsync()
        {
            var seen = new List<string>();
            using var pace = new PeriodicTimer(_pace);
            bool isLast;
            do
            {
                isLast = _stop.IsCancellationRequested;
                seen.Add(await TryAskAsync(_tokens[0]) ?? throw new InvalidOperationException("no credentials were to be had"));
                await pace.WaitForNextTickAsync();
            }
            while (!isLast);
            return seen;
        }

        public void Stop() => _stop.Cancel();

        public void Dispose()
        {
            _http.Dispose();
            _stop.Dispose();
        }

        private async Task<string?> TryAskAsync(string token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, _url);
            request.Headers.TryAddWithoutValidation("Authorization", token);
            try
            {
                using var response = await _http.SendAsync(request);
                using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
                return response.IsSuccessStatusCode ? body.RootElement.GetProperty("AccessKeyId").GetString() : null;
            }
            catch (HttpRequestException)
            {
                // The agent is not up yet.
                return null;
            }
        }
    }
}
