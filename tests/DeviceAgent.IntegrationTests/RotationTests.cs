using System.Globalization;
using System.Text.Json;
using DeviceAgent.Control;
using DeviceAgent.IntegrationTests.Durability;
using DeviceAgent.IntegrationTests.Support;
using DeviceAgent.LocalEndpoint;
using DeviceAgent.Rotation;
using DeviceAgent.Testbed.Hosting;
using DeviceAgent.Testbed.Registry;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceAgent.IntegrationTests;

/// <summary>The role alias is changed while readings flow, against the testbed's credentials provider and table.</summary>
public sealed class RotationTests
{
    private const string Thing = "thermostat-01";
    private const string Table = "dynamodb:BatchWriteItem";
    private const string IotTrust = "credentials.iot.amazonaws.com";

    [Fact]
    public async Task Rotate_OneAliasAfterTheOther_OnlyTheGoodOneComesInForceAndEveryReadingLandsOnce()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        AddAlias(cloud, "good", IotTrust, Table, isAllowed: true);
        AddAlias(cloud, "unauthorized", IotTrust, Table, isAllowed: false);
        AddAlias(cloud, "untrusted", "iot.amazonaws.com", Table, isAllowed: true);
        AddAlias(cloud, "readonly", IotTrust, "dynamodb:GetItem", isAllowed: true);
        Allow(cloud, "absent");
        int readings;
        await using (var device = await Device.StartAsync(configuration))
        {
            foreach (var (alias, code) in new[] { ("absent", "aliasUnknown"), ("unauthorized", "notAuthorized"), ("untrusted", "roleNotAssumable"), ("readonly", "writesDenied") })
            {
                var refused = await device.RotateAsync(alias);
                Assert.Equal((ChangeResult.Rejected, code), (refused.Result, refused.Code));
                Assert.False(string.IsNullOrWhiteSpace(refused.Reason));
                Assert.Equal(Cloud.RoleAlias, device.Status.InForce);
            }

            Assert.Equal(ChangeOutcome.Applied, await device.RotateAsync("good"));
            Assert.Equal(["fetching", "proving", "committed", "probation"], device.Steps);
            Assert.Equal("good", device.Status.InForce);
            Assert.Contains("\"in_force\":\"good\"", await StatusOfAsync(configuration), StringComparison.Ordinal);
            readings = await device.DrainAsync();
        }

        await AssertLandedAsync(cloud, readings);
        await using var restarted = await Device.StartAsync(configuration, readings);
        Assert.Equal(new RotationStatus("good", Cloud.RoleAlias, RotationPhase.Settled, null, null, new LastChange("good", ChangeOutcome.Applied)), restarted.Status);
        Assert.Equal(ChangeOutcome.Applied, await restarted.RotateAsync("good"));
        readings = await restarted.DrainAsync();
        Assert.Equal("good", cloud.Cloud.Activity.Of(Thing).RoleAlias);
        await AssertLandedAsync(cloud, readings);
    }

    [Fact]
    public async Task Rotate_RoleLosesItsRightsOnProbation_IsRolledBackAndEveryReadingLands()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        AddAlias(cloud, "short-lived", IotTrust, Table, isAllowed: true);
        await using var device = await Device.StartAsync(configuration, settings: "rotation.probationBatches=1000");
        device.OnStep = step =>
        {
            if (step == RotationStep.Probation) cloud.Cloud.Iam.Roles.DeleteInlinePolicy("short-lived-role", "rights");
        };

        var outcome = await device.RotateAsync("short-lived");

        Assert.Equal((ChangeResult.RolledBack, "writesDenied"), (outcome.Result, outcome.Code));
        Assert.Equal(Cloud.RoleAlias, device.Status.InForce);
        Assert.Equal(RotationPhase.Settled, device.Status.Phase);
        await AssertLandedAsync(cloud, await device.DrainAsync());
    }

    [Fact]
    public async Task Rotate_ConfiguredAliasIsGone_AGoodOneMendsTheDevice()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        AddAlias(cloud, "good", IotTrust, Table, isAllowed: true);
        cloud.Cloud.Registry.RoleAliases.Delete(Cloud.RoleAlias);
        await using var device = await Device.StartAsync(configuration);

        Assert.Equal(ChangeOutcome.Applied, await device.RotateAsync("good"));

        await AssertLandedAsync(cloud, await device.DrainAsync());
    }

    private static void AddAlias(TestCloud cloud, string alias, string trusted, string action, bool isAllowed)
    {
        var roles = cloud.Cloud.Iam.Roles;
        roles.Create($"{alias}-role", $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"{{trusted}}"},"Action":"sts:AssumeRole"}]}""", maxSessionDuration: 3600);
        roles.PutInlinePolicy($"{alias}-role", "rights", $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"{{action}}","Resource":"*"}]}""");
        cloud.Cloud.Registry.RoleAliases.Create(alias, roles.Get($"{alias}-role").Arn, durationSeconds: null);
        if (isAllowed) Allow(cloud, alias);
    }

    private static void Allow(TestCloud cloud, string alias)
    {
        var registry = cloud.Cloud.Registry;
        registry.Policies.Create($"assume-{alias}", $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:AssumeRoleWithCertificate","Resource":"{{RoleAlias.ArnOf(alias)}}"}]}""");
        registry.PolicyTargets.Attach($"assume-{alias}", registry.Principals.OfThing(Thing).Single().CertificateId);
    }

    private static async Task<string> StatusOfAsync(string configuration)
    {
        using var client = UnixHttp.Client(Path.Combine(Path.GetDirectoryName(configuration)!, "state", EndpointOptions.SocketName));
        return await client.GetStringAsync("/v1/status");
    }

    private static async Task AssertLandedAsync(TestCloud cloud, int readings)
    {
        var items = await cloud.ItemsAsync(Thing);
        Assert.Equal(Enumerable.Range(0, readings).Select(n => $"{n}"), items.Select(i => i["n"].N));
    }

    /// <summary>The agent in this process, with readings that come all the time.</summary>
    private sealed class Device : IAsyncDisposable, IChangeProgress
    {
        private static readonly DateTimeOffset _start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

        private readonly AgentInProcess _agent;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task<int> _feeding;

        private Device(AgentInProcess agent, int from)
        {
            _agent = agent;
            _feeding = FeedAsync(from);
        }

        public List<string> Steps { get; } = [];

        public Action<string> OnStep { get; set; } = _ => { };

        public RotationStatus Status => _agent.Services.GetRequiredService<RoleAliasState>().Status;

        public static async Task<Device> StartAsync(string configuration, int from = 0, params IEnumerable<string> settings) =>
            new(await AgentInProcess.StartAsync(configuration, settings, Quicken), from);

        public async Task<ChangeOutcome> RotateAsync(string alias)
        {
            Steps.Clear();
            var operation = _agent.Services.GetServices<IOperation>().Single(o => o.Name == "rotate-role-alias");
            using var arguments = JsonDocument.Parse($$"""{"roleAlias":"{{alias}}"}""");
            return await operation.ExecuteAsync(arguments.RootElement, this, CancellationToken.None).WaitAsync(RunningAgent.Patience);
        }

        public void Reached(string step)
        {
            Steps.Add(step);
            OnStep(step);
        }

        /// <summary>Ends the readings and waits until all are delivered; says how many there were.</summary>
        public async Task<int> DrainAsync()
        {
            await _stop.CancelAsync();
            var readings = await _feeding;
            await _agent.DrainAsync();
            return readings;
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await ((Task)_feeding).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _agent.DisposeAsync();
            _stop.Dispose();
        }

        /// <summary>The testbed's policies are in force at once.</summary>
        private static void Quicken(IServiceCollection services)
        {
            var options = (RotationOptions)services.Single(s => s.ServiceType == typeof(RotationOptions)).ImplementationInstance!;
            services.AddSingleton(options with { Propagation = TimeSpan.FromSeconds(0.2) });
        }

        private async Task<int> FeedAsync(int next)
        {
            using var rhythm = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
            for (; !_stop.IsCancellationRequested; next++)
            {
                var timestamp = _start.AddSeconds(next);
                await _agent.AppendAsync([(timestamp, string.Create(CultureInfo.InvariantCulture, $$"""{"serial_number":"{{Thing}}","n":{{next}}}"""))]);
                await rhythm.WaitForNextTickAsync(CancellationToken.None);
            }

            return next;
        }
    }
}
