using DeviceAgent.Credentials;
using DeviceAgent.Tests.Spool;

namespace DeviceAgent.Tests.Credentials;

public sealed class StartupJitterTests : SpoolTest
{
    private static readonly TimeSpan PowerCut = TimeSpan.FromMinutes(20);

    [Fact]
    public void Of_NewDevice_IsZero() => Assert.Equal(TimeSpan.Zero, After(uptimeSeconds: 30));

    [Fact]
    public async Task Of_SpoolThatWasNotClosed_IsThatOfAPowerCut()
    {
        await Bench.FillAsync(0, 3);
        Assert.Equal(PowerCut, After(uptimeSeconds: 30));
        Assert.Equal(TimeSpan.Zero, After(uptimeSeconds: 121));
    }

    [Fact]
    public async Task Of_SpoolThatWasClosed_IsThatOfAReboot()
    {
        await Bench.FillAsync(0, 3);
        await Bench.CloseAsync();
        Assert.Equal(TimeSpan.FromSeconds(10), After(uptimeSeconds: 30));
        Assert.Equal(TimeSpan.Zero, After(uptimeSeconds: 121));
    }

    private TimeSpan After(double uptimeSeconds) => StartupJitter.Of(TimeSpan.FromSeconds(uptimeSeconds), Bench.Folder, PowerCut);
}
