using DeviceAgent.Control;
using DeviceAgent.RoleAlias;
using DeviceAgent.Storage;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Tests.RoleAlias;

/// <summary>An agent's rotation in a cloud, in virtual time.</summary>
public abstract class RotationScenario : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected RotationScenario()
    {
        Cloud = new FakeCloud(Time);
        Rig = new RotationRig(Cloud, Time, _folder.Path);
    }

    private protected ManualTimeProvider Time { get; } = new();

    private protected FakeCloud Cloud { get; }

    private protected RotationRig Rig { get; private set; }

    public Task InitializeAsync() => Rig.StartAsync();

    public async Task DisposeAsync() => await Rig.DisposeAsync();

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A change that has passed its proof.</summary>
    private protected async Task<Task<ChangeOutcome>> CommittedAsync()
    {
        await Rig.WriteAsync();
        var change = Rig.RotateAsync();
        await Rig.UntilProvingAsync();
        await Rig.WriteAsync();
        await Rig.UntilProbationAsync();
        return change;
    }

    /// <summary>The same folder and cloud, another agent.</summary>
    private protected async Task RestartAsync(RotationOptions? options = null, WriteFile? write = null)
    {
        await Rig.DisposeAsync();
        Rig = new RotationRig(Cloud, Time, _folder.Path, options, write: write);
        await Rig.StartAsync();
    }
}
