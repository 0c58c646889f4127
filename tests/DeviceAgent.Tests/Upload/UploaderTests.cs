using DeviceAgent.Spool;
using DeviceAgent.TestSupport;
using DeviceAgent.Upload;
using Microsoft.Extensions.Hosting;

namespace DeviceAgent.Tests.Upload;

public sealed class UploaderTests : IAsyncLifetime, IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly FakeSpool _spool = new();
    private readonly FakeTable _table = new();
    private readonly DrainSignal _drain = new();
    private readonly FakeLifetime _lifetime = new();
    private readonly RecordingLogger<Uploader> _logger = new();
    private Uploader? _uploader;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_uploader is null) return;
        var stop = _uploader.StopAsync(CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(10));
        await stop.WaitAsync(TimeSpan.FromSeconds(20));
    }

    public void Dispose() => _uploader?.Dispose();

    [Fact]
    public async Task Run_Backlog_IsDeliveredInOrderInFullBatches()
    {
        _spool.Fill(60);
        await StartAsync();
        await _spool.WhenEmptyAsync();
        Assert.Equal([25, 25, 10], _table.Requests.Select(r => r.Count));
        Assert.Equal(Enumerable.Range(1, 60).Select(i => (long)i), _spool.Acknowledged);
    }

    [Fact]
    public async Task Run_BatchNotFull_IsSentWhenItsOldestIsOldEnough()
    {
        _spool.Fill(3, age: TimeSpan.FromSeconds(2));
        await StartAsync();
        await _time.WaitForTimersAsync(1);
        Assert.Equal(TimeSpan.FromSeconds(3), _time.NextTimer);
        Assert.Empty(_table.Requests);
    }

    [Fact]
    public async Task Run_BatchFillsUpWhileWaiting_IsSentAtOnce()
    {
        _spool.Fill(24, age: TimeSpan.Zero);
        await StartAsync();
        await _time.WaitForTimersAsync(1);
        Assert.Empty(_table.Requests);
        _spool.Fill(1, age: TimeSpan.Zero);
        await _spool.WhenEmptyAsync();
        Assert.Equal([25], _table.Requests.Select(r => r.Count));
    }

    [Fact]
    public async Task Run_Drain_SendsWhatIsThereAndEndsTheAgent()
    {
        _spool.Fill(3, age: TimeSpan.Zero);
        await StartAsync();
        await _time.WaitForTimersAsync(1);
        _drain.Request();
        await _lifetime.Stopped;
        Assert.Equal(3, _table.Stored.Count);
        Assert.Equal(0, _spool.Count);
    }

    [Fact]
    public async Task Stop_WhileAllIsWell_DeliversWhatWasReadLast()
    {
        _spool.Fill(30, age: TimeSpan.Zero);
        await StartAsync();
        await _time.WaitForTimersAsync(1);
        Assert.Equal(25, _table.Stored.Count);
        await _uploader!.StopAsync(CancellationToken.None);
        Assert.Equal(30, _table.Stored.Count);
        Assert.Equal(0, _spool.Count);
    }

    [Fact]
    public async Task Run_LastReadingsComeWhileTheSpoolIsLookedInto_AreDeliveredBeforeTheEnd()
    {
        var once = true;
        _spool.AfterPeek = () =>
        {
            if (!once) return;
            once = false;
            _spool.Fill(2);
            _drain.Request();
        };
        await StartAsync();
        await _lifetime.Stopped;
        Assert.Equal(2, _table.Stored.Count);
    }

    [Fact]
    public async Task Run_SameKeyTwice_GoesIntoTwoBatchesAndTheLaterWins()
    {
        _spool.Add(TestItems.Noon, null, "{\"serial_number\":\"SN1\",\"n\":1}"u8.ToArray());
        _spool.Add(TestItems.Noon, null, "{\"serial_number\":\"SN1\",\"n\":2}"u8.ToArray());
        await StartAsync();
        await _spool.WhenEmptyAsync();
        Assert.Equal([[1L], [2L]], _table.Requests);
        Assert.Equal("2", Assert.Single(_table.Stored.Values).Item["n"].N);
    }

    [Fact]
    public async Task Run_UnprocessedItems_AreSentAgainAfterADelayWithoutTheAccepted()
    {
        _spool.Fill(4);
        _table.LeaveUnprocessed(1, 3);
        await StartAsync();
        await _time.WaitForTimersAsync(1);
        Assert.InRange(_time.NextTimer!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(1));
        await _spool.WhenEmptyAsync();
        Assert.Equal([[1L, 2L, 3L, 4L], [2L, 4L]], _table.Requests);
    }

    [Fact]
    public async Task Run_Parked_HoldsEverythingAndSaysWhatToDoOnce()
    {
        _spool.Fill(30);
        var denied = new UploadFault(FaultKind.Parked, "AccessDeniedException", "Mend the policy.");
        _table.Fail(denied);
        _table.Fail(denied);
        await StartAsync();

        await _time.WaitForTimersAsync(1);
        Assert.InRange(_time.NextTimer!.Value, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(3));
        Assert.Equal(30, _spool.Count);
        Assert.Contains("Mend the policy.", Assert.Single(_logger.Entries, e => e.Id == 2203).Text, StringComparison.Ordinal);
        await AdvanceToNextRequestAsync(requests: 2);
        Assert.Single(_logger.Entries, e => e.Id == 2203);
        await AdvanceToNextRequestAsync(requests: 3);
        await _spool.WhenEmptyAsync();
        Assert.Contains(_logger.Entries, e => e.Id == 2204);
    }

    [Fact]
    public async Task Run_TableUnfitAtStart_WaitsUntilItFits()
    {
        _spool.Fill(25);
        _table.CheckAnswers.Enqueue(new UploadFault(FaultKind.Parked, "sort key N"));
        await StartAsync();
        await _time.WaitForTimersAsync(1);
        Assert.Empty(_table.Requests);
        _time.Advance(TimeSpan.FromMinutes(3));
        await _spool.WhenEmptyAsync();
    }

    [Fact]
    public async Task Run_CredentialsRefusedAtStart_AreFetchedAnew()
    {
        _spool.Fill(25);
        _table.CheckAnswers.Enqueue(new UploadFault(FaultKind.StaleCredentials, "ExpiredTokenException"));
        await StartAsync();
        await _time.WaitForTimersAsync(1);
        Assert.Equal(1, _table.Refreshes);
        _time.Advance(TimeSpan.FromSeconds(1));
        await _spool.WhenEmptyAsync();
    }

    [Fact]
    public async Task Run_DamagedRow_IsSetAsideAndTheRestGoesOn()
    {
        _spool.Add(TestItems.Noon, null, "{}"u8.ToArray(), isSound: false);
        _spool.Fill(1);
        await StartAsync();
        await _spool.WhenEmptyAsync();
        Assert.Equal([1L], _spool.DeadLetters.Select(d => d.Sequence));
        Assert.Equal([2L], _spool.Acknowledged);
    }

    [Fact]
    public async Task Stop_RequestUnderWay_MayFinishAndIsAcknowledged()
    {
        _spool.Fill(25);
        _table.Hang = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await StartAsync();
        await _table.WhenAskedAsync(1);
        var stop = _uploader!.StopAsync(CancellationToken.None);
        _table.Hang.SetResult();
        await stop;
        Assert.Equal(25, _spool.Acknowledged.Count);
    }

    [Fact]
    public async Task Stop_NetworkHangs_EndsWithinSecondsAndKeepsTheReadings()
    {
        _spool.Fill(25);
        _table.Hang = new TaskCompletionSource();
        await StartAsync();
        await _table.WhenAskedAsync(1);
        var stop = _uploader!.StopAsync(CancellationToken.None);
        Assert.False(stop.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(4));
        await stop.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(25, _spool.Count);
    }

    private async Task StartAsync()
    {
        var deliverer = new Deliverer(_spool, _table, new RecordingLogger<Deliverer>());
        _uploader = new Uploader(_spool, _table, deliverer, new ItemMapper(TestItems.Table), new UploadOptions(), _drain, _lifetime, _time, new Random(1), _logger);
        await _uploader.StartAsync(CancellationToken.None);
    }

    private async Task AdvanceToNextRequestAsync(int requests)
    {
        await _time.WaitForTimersAsync(1);
        _time.Advance(_time.NextTimer!.Value);
        await _table.WhenAskedAsync(requests);
    }

    private sealed class FakeLifetime : IHostApplicationLifetime
    {
        private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Stopped => _stopped.Task.WaitAsync(TimeSpan.FromSeconds(20));

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => _stopped.TrySetResult();
    }
}
