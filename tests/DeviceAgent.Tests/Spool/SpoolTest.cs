using DeviceAgent.Spool;

namespace DeviceAgent.Tests.Spool;

/// <summary>A test of the spool, with its bench.</summary>
public abstract class SpoolTest : IAsyncLifetime, IDisposable
{
    protected SpoolTest()
    {
    }

    private protected SpoolTest(SpoolOptions options) => Bench.Options = options;

    private protected SpoolBench Bench { get; } = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => Bench.CloseAsync();

    public void Dispose()
    {
        Bench.Dispose();
        GC.SuppressFinalize(this);
    }
}
