using DeviceAgent.Credentials;
using DeviceAgent.Tests.Spool;

namespace DeviceAgent.Tests.Credentials;

public sealed class StartupJitterTests : SpoolTest
{
    private static readonly TimeSpan PowerCut = TimeSpan.FromMinutes(20);

    [Fact]
    public void Of_NewDevice_IsZero() => Assert.Equal(TimeSpan.Zero, After(uptimeSeconds: 30).StartSpread);

    [Fact]
    public async Task Of_SpoolThatWasNotClosed_IsThatOfAPowerCut()
    {
        await Bench.FillAsync(0, 3);
        var cut = After(uptimeSeconds: 30);
        Assert.Equal(PowerCut, cut.StartSpread);
        Assert.Equal("after a power cut the first request waits a random part of powerReturnSpreadSeconds (20 min); to ask now: device-agent credentials refresh", cut.StartSpreadReason);
        Assert.Equal(TimeSpan.Zero, After(uptimeSeconds: 121).StartSpread);
    }

    [Fact]
    public async Task Of_SpoolThatWasClosed_IsThatOfAReboot()
    {
        await Bench.FillAsync(0, 3);
        await Bench.CloseAsync();
        var reboot = After(uptimeSeconds: 30);
        Assert.Equal(TimeSpan.FromSeconds(10), reboot.StartSpread);
        Assert.StartsWith("after a reboot the first request waits a random part of 10 s;", reboot.StartSpreadReason, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.Zero, After(uptimeSeconds: 121).StartSpread);
    }

    private CredentialCacheOptions After(double uptimeSeconds) => StartupJitter.Of(TimeSpan.FromSeconds(uptimeSeconds), Bench.Folder, PowerCut);
}
