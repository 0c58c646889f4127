using DeviceAgent.Control.Cloud;
using DeviceAgent.Credentials;
using DeviceAgent.TestSupport;
using DeviceAgent.Tests.Hosting;

namespace DeviceAgent.Tests.Control.Cloud;

public sealed class ConnectionIdentityTests : IDisposable
{
    private readonly TestDevice _device = new(new ManualTimeProvider());

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Take_EndsTheUseOfTheLastClient()
    {
        using var source = new DeviceIdentitySource(Load("device"));
        using var identity = new ConnectionIdentity(source);
        Assert.False(identity.IsActive);
        Assert.Same(source.Current, identity.Take());
        Assert.True(identity.IsActive);

        _device.WriteIdentity("next", password: null);
        var trial = Load("next");
        identity.Trial = trial;
        Assert.Same(trial, identity.Take());
        Assert.False(identity.IsActive);
        // Whoever tried it is done with it; the client is not.
        trial.Dispose();
        Assert.False(IsFreed(trial));

        identity.Trial = null;
        identity.Take();
        Assert.True(IsFreed(trial));
        Assert.True(identity.IsActive);
    }

    [Fact]
    public void Dispose_EndsTheUse()
    {
        var active = Load("device");
        var source = new DeviceIdentitySource(active);
        var identity = new ConnectionIdentity(source);
        identity.Take();
        source.Dispose();
        Assert.False(IsFreed(active));
        identity.Dispose();
        Assert.True(IsFreed(active));
    }

    private static bool IsFreed(DeviceIdentity identity) => identity.Certificate.Handle == IntPtr.Zero;

    private DeviceIdentity Load(string name) => DeviceIdentity.Load(new DeviceIdentityOptions
    {
        CertificatePath = Path.Combine(_device.Folder, $"{name}.crt"),
        PrivateKeyPath = Path.Combine(_device.Folder, $"{name}.key"),
    });
}
