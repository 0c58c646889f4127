using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed;
using DeviceAgent.Testbed.Demo;

namespace DeviceAgent.IntegrationTests;

/// <summary>Short-lived credentials, many lifetimes.</summary>
public sealed class RenewalTests
{
    private static readonly TimeSpan _lifetime = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Agent_OverManyLifetimes_NeverSendsAnExpiredSignatureAndAsksOnceARenewal()
    {
        await using var cloud = await TestCloud.StartAsync(new TestbedOptions { CredentialLifetime = _lifetime });
        var configuration = await cloud.DeviceAsync();

        await using var agent = RunningAgent.Run(configuration, "upload.maxDelaySeconds=0.2");
        await cloud.WaitForRowsAsync("thermostat-01", 120, agent);
        var activity = cloud.Cloud.Activity.Of("thermostat-01");
        Assert.Equal(0, await agent.TerminateAsync());

        // 120 readings take 12 s: four lifetimes. Renewal is due at half of the life, 10 % earlier or later. On a busy machine a
        // life of three seconds may lapse before its renewal gets the processor: then requests wait, and none is sent.
        Assert.Null(activity.LastRefusal);
        Assert.Empty(cloud.Cloud.Activity.RefusedSignatures);
        var uptime = activity.LastIssuedAt!.Value - activity.FirstIssuedAt!.Value;
        Assert.InRange(activity.CredentialRequests, 6, 1 + Math.Ceiling(uptime / (_lifetime * 0.45)));
        Assert.Empty((await LandedReadings.CompareAsync(cloud.DynamoDb, "thermostat-01", RoomReadings.Load(), CancellationToken.None)).Faults);
    }
}
