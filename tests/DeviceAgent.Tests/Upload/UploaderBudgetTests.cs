using DeviceAgent.Spool;
using DeviceAgent.Traffic;

namespace DeviceAgent.Tests.Upload;

/// <summary>A link that costs: each request takes 2,000 bytes, and 300 for each reading.</summary>
public sealed class UploaderBudgetTests : IAsyncLifetime, IDisposable
{
    private readonly UploadRig _rig = new();

    public UploaderBudgetTests() => _rig.Table.Answer = (_, items) =>
    {
        _rig.Traffic.Meter.Count(TrafficPurpose.Telemetry, new ByteCount(2000 + (300 * items.Count), 0));
        return null;
    };

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _rig.DisposeAsync().AsTask();

    public void Dispose() => _rig.Counted.Dispose();

    /// <summary>One by one they would take 3.3 MB.</summary>
    [Fact]
    public async Task Run_ReadingsOfADay_FitIntoTheBudgetInFullerBatches()
    {
        const double Megabytes = 0.8;
        const int Readings = 1439;
        _rig.Time.Advance(TimeSpan.FromDays(1) - _rig.Time.GetUtcNow().TimeOfDay);
        _rig.Traffic.Options.Set(new DataBudgetOptions { MegabytesPerDay = Megabytes });
        await _rig.StartAsync();
        for (var minute = 0; minute < Readings; minute++)
        {
            _rig.Spool.Fill(1, age: TimeSpan.FromMinutes(1));
            await PassAsync(TimeSpan.FromMinutes(1));
        }

        Assert.InRange(_rig.Traffic.Meter.Status.Today!.All.Total, 1e6 * Megabytes * 0.9, (1e6 * Megabytes) + 10_000);
        Assert.InRange(_rig.Table.Stored.Count, Readings - 25, Readings);
        Assert.InRange(_rig.Table.Requests.Skip(20).Average(r => r.Count), 5, 25);
        Assert.Single(_rig.Traffic.Log.Entries, e => e.Id == 3102);
    }

    [Fact]
    public async Task Run_BudgetUsedUp_CriticalReadingsGoAndTheOthersWithThem()
    {
        UseUpTheDay();
        _rig.Spool.Fill(30, age: TimeSpan.FromMinutes(1));
        await _rig.StartAsync();
        await PassAsync(TimeSpan.FromMinutes(5));
        Assert.Empty(_rig.Table.Requests);

        _rig.Spool.Fill(1, age: TimeSpan.FromMinutes(1), SpoolClass.Critical);
        await _rig.Table.WhenAskedAsync(1);
        await PassAsync(TimeSpan.FromMinutes(5));
        Assert.Equal([31, .. Enumerable.Range(1, 24).Select(i => (long)i)], Assert.Single(_rig.Table.Requests));

        _rig.Traffic.Options.Set(new DataBudgetOptions());
        await PassAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(31, _rig.Table.Stored.Count);
    }

    [Fact]
    public async Task Run_RoleAliasIsToBeProven_ABatchGoesWithinTenSeconds()
    {
        UseUpTheDay();
        _rig.Spool.Fill(2, age: TimeSpan.Zero);
        await _rig.StartAsync();
        await PassAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(_rig.Table.Requests);

        _rig.Table.AwaitsWrite = true;
        await PassAsync(TimeSpan.FromSeconds(10));
        Assert.Equal([1, 2], Assert.Single(_rig.Table.Requests));
    }

    [Fact]
    public async Task Stop_BudgetUsedUp_TheRestStaysInTheSpoolAtOnce()
    {
        UseUpTheDay();
        _rig.Spool.Fill(30, age: TimeSpan.FromMinutes(1));
        await _rig.StartAsync();
        await _rig.Time.WaitForTimersAsync(1);
        await _rig.StopAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(30, _rig.Spool.Count);
        Assert.Empty(_rig.Table.Requests);
    }

    private void UseUpTheDay()
    {
        _rig.Traffic.Options.Set(new DataBudgetOptions { MegabytesPerDay = 1 });
        _rig.Traffic.Meter.Count(TrafficPurpose.Control, new ByteCount(0, 1_000_000));
    }

    /// <summary>As often as a batch that waits is looked at: none of the uploader's timers is left over when time has passed.</summary>
    private async Task PassAsync(TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(10))
        {
            await HasLookedAsync();
            _rig.Time.Advance(TimeSpan.FromSeconds(10));
            await HasLookedAsync();
        }
    }

    /// <summary>Until it waits for time to pass, or has nothing to send.</summary>
    private async Task HasLookedAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (_rig.Spool.Count > 0 && _rig.Time.NextTimer is null)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
