using DeviceAgent.Testbed.Demo;

namespace DeviceAgent.Testbed.Tests.Demo;

public sealed class StateDirectoryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("device-agent-state-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Open_HeldByAnother_NamesFolderAndProcess()
    {
        using (StateDirectory.Open(_folder))
        {
            var refused = Assert.Throws<StateDirectoryInUseException>(() => StateDirectory.Open(_folder));

            Assert.Contains(_folder, refused.Message, StringComparison.Ordinal);
            Assert.Contains($"process {Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
        }

        using var again = StateDirectory.Open(_folder);
    }

    [Fact]
    public async Task Run_FolderHeldByAnother_Ends3AndTouchesNothing()
    {
        using var held = StateDirectory.Open(_folder);

        Assert.Equal(3, await Demonstration.RunAsync(new TestbedOptions { PortBase = 0, StateDirectory = _folder, Duration = TimeSpan.FromSeconds(1) }, CancellationToken.None));

        Assert.False(Directory.Exists(Path.Combine(_folder, "cloud")));
    }

    [Fact]
    public void Dispose_Temporary_GoesUnlessKept()
    {
        var (gone, kept) = (StateDirectory.Open(null), StateDirectory.Open(null));
        kept.Keep();
        gone.Dispose();
        kept.Dispose();

        Assert.False(Directory.Exists(gone.Path));
        Assert.True(Directory.Exists(kept.Path));
        Directory.Delete(kept.Path, recursive: true);
    }
}
