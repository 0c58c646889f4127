using DeviceAgent.Upload;

namespace DeviceAgent.Tests.Upload;

public sealed class UploaderTests : IAsyncLifetime, IDisposable
{
    private readonly UploadRig _rig = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _rig.DisposeAsync().AsTask();

    public void Dispose() => _rig.Counted.Dispose();

    [Fact]
    public async Task Run_Backlog_IsDeliveredInOrderInFullBatches()
    {
        _rig.Spool.Fill(60);
        await _rig.StartAsync();
        await _rig.Spool.WhenEmptyAsync();
        Assert.Equal([25, 25, 10], _rig.Table.Requests.Select(r => r.Count));
        Assert.Equal(Enumerable.Range(1, 60).Select(i => (long)i), _rig.Spool.Acknowledged);
    }

    [Fact]
    public async Task Run_BatchNotFull_IsSentWhenItsOldestIsOldEnough()
    {
        _rig.Spool.Fill(3, age: TimeSpan.FromSeconds(2));
        await _rig.StartAsync();
        await _rig.Time.WaitForTimersAsync(1);
        Assert.Equal(TimeSpan.FromSeconds(3), _rig.Time.NextTimer);
        Assert.Empty(_rig.Table.Requests);
    }

    [Fact]
    public async Task Run_BatchFillsUpWhileWaiting_IsSentAtOnce()
    {
        _rig.Spool.Fill(24, age: TimeSpan.Zero);
        await _rig.StartAsync();
        await _rig.Time.WaitForTimersAsync(1);
        Assert.Empty(_rig.Table.Requests);
        _rig.Spool.Fill(1, age: TimeSpan.Zero);
        await _rig.Spool.WhenEmptyAsync();
        Assert.Equal([25], _rig.Table.Requests.Select(r => r.Count));
    }

    [Fact]
    public async Task Run_Drain_SendsWhatIsThereAndEndsTheAgent()
    {
        _rig.Spool.Fill(3, age: TimeSpan.Zero);
        await _rig.StartAsync();
        await _rig.Time.WaitForTimersAsync(1);
        _rig.Drain.Request();
        await _rig.Lifetime.Stopped;
        Assert.Equal(3, _rig.Table.Stored.Count);
        Assert.Equal(0, _rig.Spool.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Drain_RequestedWhileTheSpoolIsRead_EndsAllTheSame(int youngReadings)
    {
        _rig.Spool.Fill(youngReadings, age: TimeSpan.Zero);
        _rig.Spool.AfterPeek = _rig.Drain.Request;
        await _rig.StartAsync();
        await _rig.Lifetime.Stopped.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Stop_WhileAllIsWell_DeliversWhatWasReadLast()
    {
        _rig.Spool.Fill(30, age: TimeSpan.Zero);
        await _rig.StartAsync();
        await _rig.Time.WaitForTimersAsync(1);
        Assert.Equal(25, _rig.Table.Stored.Count);
        await _rig.StopAsync();
        Assert.Equal(30, _rig.Table.Stored.Count);
        Assert.Equal(0, _rig.Spool.Count);
    }

    [Fact]
    public async Task Run_LastReadingsComeWhileTheSpoolIsLookedInto_AreDeliveredBeforeTheEnd()
    {
        var once = true;
        _rig.Spool.AfterPeek = () =>
        {
            if (!once) return;
            once = false;
            _rig.Spool.Fill(2);
            _rig.Drain.Request();
        };
        await _rig.StartAsync();
        await _rig.Lifetime.Stopped;
        Assert.Equal(2, _rig.Table.Stored.Count);
    }

    [Fact]
    public async Task Run_SameKeyTwice_GoesIntoTwoBatchesAndTheLaterWins()
    {
        _rig.Spool.Add(TestItems.Noon, null, "{\"serial_number\":\"SN1\",\"n\":1}"u8.ToArray());
        _rig.Spool.Add(TestItems.Noon, null, "{\"serial_number\":\"SN1\",\"n\":2}"u8.ToArray());
        await _rig.StartAsync();
        await _rig.Spool.WhenEmptyAsync();
        Assert.Equal([[1L], [2L]], _rig.Table.Requests);
        Assert.Equal("2", TestItems.NumberOf(Assert.Single(_rig.Table.Stored.Values)));
    }

    [Fact]
    public async Task Run_UnprocessedItems_AreSentAgainAfterADelayWithoutTheAccepted()
    {
        _rig.Spool.Fill(4);
        _rig.Table.LeaveUnprocessed(1, 3);
        await _rig.StartAsync();
        await _rig.Time.WaitForTimersAsync(1);
        Assert.InRange(_rig.Time.NextTimer!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        _rig.Time.Advance(TimeSpan.FromSeconds(1));
        await _rig.Spool.WhenEmptyAsync();
        Assert.Equal([[1L, 2L, 3L, 4L], [2L, 4L]], _rig.Table.Requests);
    }

    [Fact]
    public async Task Run_Parked_HoldsEverythingAndSaysWhatToDoOnce()
    {
        _rig.Spool.Fill(30);
        var denied = new UploadFault(FaultKind.Parked, "AccessDeniedException", "Mend the policy.");
        _rig.Table.Fail(denied);
        _rig.Table.Fail(denied);
        await _rig.StartAsync();

        await _rig.Time.WaitForTimersAsync(1);
        Assert.InRange(_rig.Time.NextTimer!.Value, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(3));
        Assert.Equal(30, _rig.Spool.Count);
        Assert.Contains("Mend the policy.", Assert.Single(_rig.Log.Entries, e => e.Id == 2203).Text, StringComparison.Ordinal);
        await _rig.AdvanceToNextRequestAsync(requests: 2);
        Assert.Single(_rig.Log.Entries, e => e.Id == 2203);
        await _rig.AdvanceToNextRequestAsync(requests: 3);
        await _rig.Spool.WhenEmptyAsync();
        Assert.Contains(_rig.Log.Entries, e => e.Id == 2204);
    }

    [Fact]
    public async Task Run_TableUnfitAtStart_WaitsUntilItFits()
    {
        _rig.Spool.Fill(25);
        _rig.Table.CheckAnswers.Enqueue(new UploadFault(FaultKind.Parked, "sort key N"));
        await _rig.StartAsync();
        await _rig.Time.WaitForTimersAsync(1);
        Assert.Empty(_rig.Table.Requests);
        _rig.Time.Advance(TimeSpan.FromMinutes(3));
        await _rig.Spool.WhenEmptyAsync();
    }

    [Fact]
    public async Task Run_CredentialsRefusedAtStart_AreFetchedAnew()
    {
        _rig.Spool.Fill(25);
        _rig.Table.CheckAnswers.Enqueue(new UploadFault(FaultKind.StaleCredentials, "ExpiredTokenException"));
        await _rig.StartAsync();
        await _rig.Time.WaitForTimersAsync(1);
        Assert.Equal(1, _rig.Table.Refreshes);
        _rig.Time.Advance(TimeSpan.FromSeconds(1));
        await _rig.Spool.WhenEmptyAsync();
    }

    [Fact]
    public async Task Run_DamagedRow_IsSetAsideAndTheRestGoesOn()
    {
        _rig.Spool.Add(TestItems.Noon, null, "{}"u8.ToArray());
        _rig.Spool.Fill(1);
        await _rig.StartAsync();
        await _rig.Spool.WhenEmptyAsync();
        Assert.Equal([1L], _rig.Spool.DeadLetters.Select(d => d.Sequence));
        Assert.Equal([2L], _rig.Spool.Acknowledged);
    }

    [Fact]
    public async Task Stop_RequestUnderWay_MayFinishAndIsAcknowledged()
    {
        _rig.Spool.Fill(25);
        _rig.Table.Hang = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _rig.StartAsync();
        await _rig.Table.WhenAskedAsync(1);
        var stop = _rig.StopAsync();
        _rig.Table.Hang.SetResult();
        await stop;
        Assert.Equal(25, _rig.Spool.Acknowledged.Count);
    }

    [Fact]
    public async Task Stop_NetworkHangs_EndsWithinSecondsAndKeepsTheReadings()
    {
        _rig.Spool.Fill(25);
        _rig.Table.Hang = new TaskCompletionSource();
        await _rig.StartAsync();
        await _rig.Table.WhenAskedAsync(1);
        var stop = _rig.StopAsync();
        Assert.False(stop.IsCompleted);
        _rig.Time.Advance(TimeSpan.FromSeconds(4));
        await stop.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(25, _rig.Spool.Count);
    }

    [Fact]
    public async Task MaxDelay_MadeShorterWhileItWaits_CountsAtOnce()
    {
        await using var rig = new UploadRig { Options = new UploadOptions { MaxDelay = TimeSpan.FromHours(1) } };
        await rig.StartAsync();
        rig.Spool.Fill(1, TimeSpan.Zero);
        await rig.Time.WaitForTimersAsync(1);
        rig.Live.Set(rig.Options with { MaxDelay = TimeSpan.Zero });
        await rig.Table.WhenAskedAsync(1);
    }
}
