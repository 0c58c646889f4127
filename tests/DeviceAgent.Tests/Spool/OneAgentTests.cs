using DeviceAgent.Clock;
using DeviceAgent.Spool;
using DeviceAgent.Storage;
using DeviceAgent.Timing;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Spool;

/// <summary>Two that open one state directory at the same instant, as two agents do.</summary>
public sealed class OneAgentTests : IDisposable
{
    private const int Pairs = 50;

    private readonly TemporaryFolder _folder = new();
    private readonly CountedMetrics _metrics = new();

    public void Dispose()
    {
        _metrics.Dispose();
        _folder.Dispose();
    }

    /// <summary>A hundred starts in a row.</summary>
    [Fact]
    public async Task Open_TwoAtOnceInAnEmptyFolder_OneHasItAndTheOtherIsRefusedEachTime()
    {
        for (var pair = 0; pair < Pairs; pair++)
        {
            var state = _folder.File($"state-{pair}");
            using var together = new Barrier(2);
            var first = Task.Run(() => TryOpen(state, together));
            var second = Task.Run(() => TryOpen(state, together));
            var opened = (await Task.WhenAll(first, second)).OfType<Opened>().ToList();
            Assert.Single(opened);
            Assert.True(opened[0].Spool.Status.OnDisk);
            Assert.Equal(AppendResult.Durable, await AppendAsync(opened[0].Spool));
            await opened[0].CloseAsync();
            Assert.Empty(Directory.GetFiles(state, "spool.corrupt*"));
        }
    }

    private Opened? TryOpen(string state, Barrier together)
    {
        together.SignalAndWait();
        try
        {
            var held = StateDirectory.Open(state);
            var storage = new SpoolStorage(SpoolServiceCollectionExtensions.PathIn(state)) { Directory = held };
            return new Opened(held, new SqliteSpool(
                storage, new SpoolOptions(), BootClock.Current(TimeProvider.System), _metrics.Metrics, new LoopWatch(TimeProvider.System), NullLogger<SqliteSpool>.Instance));
        }
        catch (StateDirectoryInUseException)
        {
            return null;
        }
    }

    private static async Task<AppendResult> AppendAsync(SqliteSpool spool)
    {
        var append = spool.AppendAsync(SpoolBench.Entry("{}"), CancellationToken.None);
        await spool.FlushAsync(CancellationToken.None);
        return await append;
    }

    private sealed record Opened(StateDirectory Held, SqliteSpool Spool)
    {
        public async Task CloseAsync()
        {
            await Spool.DisposeAsync();
            Held.Dispose();
        }
    }
}
