using DeviceAgent.Spool;
using DeviceAgent.Upload;

namespace DeviceAgent.Tests.Upload;

/// <summary>Several requests at once: when, how many, and with what.</summary>
public class UploaderBacklogTests
{
    private static readonly UploadFault Throttled = new(FaultKind.Throttled, "ThrottlingException");

    [Fact]
    public async Task Run_Backlog_IsSentByMoreAndMoreRequestsUpToTheMaximum()
    {
        await using var rig = NewRig();
        rig.Spool.Fill(2000);
        await rig.DrainInVirtualTimeAsync();
        Assert.Equal(4, rig.Table.MostUnderWay);
        Assert.Equal(4, rig.State.Status.Concurrency);
        Assert.Empty(rig.Table.Violations);
        Assert.All(rig.Table.Requests, r => Assert.Equal(25, r.Count));
        Assert.Equal(80, rig.Table.Requests.Count);
        Assert.Equal(Enumerable.Range(1, 2000).Select(i => (long)i), rig.Table.Requests.SelectMany(r => r));
    }

    [Fact]
    public async Task Run_NoBacklog_NeedsOneRequestAtATime()
    {
        await using var rig = NewRig();
        await rig.StartAsync();
        for (var i = 0; i < 20; i++)
        {
            rig.Spool.Fill(25, age: TimeSpan.Zero);
            await rig.PassTimeUntilAsync(rig.Spool.WhenEmptyAsync());
        }

        Assert.Equal(20, rig.Table.Requests.Count);
        Assert.Equal(1, rig.Table.MostUnderWay);
        Assert.Equal(1, rig.State.Status.Concurrency);
    }

    [Fact]
    public async Task Run_ThrottledByAll_FallsOnceForAllThatWereUnderWay()
    {
        await using var rig = NewRig();
        rig.Spool.Fill(4000);
        var throttles = 0;
        rig.Table.Answer = (table, items) =>
        {
            if (table.MostUnderWay < 4 || throttles == 4) return null;
            throttles++;
            return WriteResult.Failed(items, Throttled);
        };
        var limits = new HashSet<int>();
        rig.Spool.AfterPeek = () => limits.Add(rig.State.Status.Concurrency);
        await rig.DrainInVirtualTimeAsync();
        Assert.Equal(4, throttles);
        Assert.Equal([1, 2, 3, 4], limits.Order());
        Assert.Equal(4, rig.Counted["upload.throttled"]);
        Assert.Equal(100, rig.Counted["readings.retried"]);
        Assert.Equal(4000, rig.Counted["readings.uploaded"]);
    }

    [Fact]
    public async Task Run_OneKeyOverAndOver_IsWrittenInOrderOneAtATime()
    {
        await using var rig = NewRig();
        for (var i = 1; i <= 200; i++) rig.Spool.Add(TestItems.Noon.AddSeconds(i % 7), null, System.Text.Encoding.UTF8.GetBytes($$"""{"serial_number":"SN1","n":{{i}}}"""));
        await rig.DrainInVirtualTimeAsync();
        Assert.Empty(rig.Table.Violations);
        Assert.Equal(["194", "195", "196", "197", "198", "199", "200"], rig.Table.Stored.Values.Select(i => TestItems.NumberOf(i)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_NewestFirst_SendsNewReadingsBeforeTheBacklog()
    {
        await using var rig = NewRig(new UploadOptions { Order = SpoolOrder.NewestFirst });
        rig.Spool.Fill(100);
        await rig.DrainInVirtualTimeAsync();
        Assert.Equal(Enumerable.Range(1, 100).Reverse().Select(i => (long)i), rig.Table.Requests.SelectMany(r => r));
    }

    [Theory]
    [InlineData((int)SpoolOrder.OldestFirst)]
    [InlineData((int)SpoolOrder.NewestFirst)]
    public async Task Run_CriticalReading_GoesFirstInEitherOrder(int order)
    {
        await using var rig = NewRig(new UploadOptions { Order = (SpoolOrder)order });
        rig.Spool.Fill(60);
        rig.Spool.Fill(1, @class: SpoolClass.Critical);
        rig.Spool.Fill(60);
        await rig.DrainInVirtualTimeAsync();
        Assert.Equal(61, rig.Table.Requests[0][0]);
    }

    [Fact]
    public async Task Run_CriticalReadingAlone_DoesNotWaitForAFullerBatch()
    {
        await using var rig = new UploadRig();
        rig.Spool.Fill(1, age: TimeSpan.Zero, SpoolClass.Critical);
        await rig.StartAsync();
        await rig.Spool.WhenEmptyAsync();
        Assert.Single(rig.Table.Requests);
    }

    [Fact]
    public async Task Run_TenThousandWithOneRequestInFiveThrottled_AreAllDeliveredAndCountedExactly()
    {
        await using var rig = NewRig();
        var random = new Random(20);
        var throttledItems = 0;
        rig.Table.Answer = (_, items) =>
        {
            if (random.NextDouble() >= 0.2) return null;
            throttledItems += items.Count;
            return WriteResult.Failed(items, Throttled);
        };
        rig.Spool.Fill(10_000);
        await rig.DrainInVirtualTimeAsync();

        var requests = rig.Table.Requests;
        Assert.Equal(10_000, rig.Table.Stored.Count);
        Assert.Empty(rig.Table.Violations);
        Assert.True(throttledItems > 1000);
        Assert.Equal(10_000, rig.Counted["readings.uploaded"]);
        Assert.Equal(throttledItems, rig.Counted["readings.retried"]);
        Assert.Equal(requests.Count, rig.Counted["upload.requests"]);
        Assert.Equal(requests.Sum(r => r.Count), 10_000 + throttledItems);
        Assert.Equal(requests.Count - 400, rig.Counted["upload.throttled"]);
        Assert.Equal(0, rig.Counted["readings.dead_lettered"]);
        Assert.InRange(rig.Log.Entries.Count, 1, 40);
    }

    [Fact]
    public async Task Run_ServiceAsksForAPause_KeepsIt()
    {
        await using var rig = new UploadRig();
        rig.Spool.Fill(25);
        rig.Table.Fail(Throttled with { RetryAfter = TimeSpan.FromSeconds(42) });
        await rig.StartAsync();
        await rig.Time.WaitForTimersAsync(1);
        var status = rig.State.Status;
        Assert.Equal(UploadMode.BackingOff, status.Mode);
        Assert.Equal(TimeSpan.FromSeconds(42), status.NextAttemptIn);
        Assert.Equal("ThrottlingException", status.Reason);
        Assert.Equal(TimeSpan.FromSeconds(42), rig.Time.NextTimer);
    }

    [Fact]
    public async Task Run_Parked_TellsReasonAndRemedyAndProbesWithOneRequest()
    {
        await using var rig = NewRig();
        rig.Spool.Fill(2000);
        var denied = false;
        rig.Table.Answer = (table, items) => (denied |= table.MostUnderWay == 4) ? WriteResult.Failed(items, new UploadFault(FaultKind.Parked, "AccessDeniedException", "Mend the policy.")) : null;
        await rig.StartAsync();
        while (rig.State.Status.Mode != UploadMode.Parked || rig.State.Status.RequestsInFlight > 0)
        {
            await rig.Time.WaitForTimersAsync(1);
            await rig.SettleAsync();
            // The timer that was waited for may have gone since.
            if (rig.Time.NextTimer is { } next) rig.Time.Advance(next < TimeSpan.FromMinutes(1) ? next : TimeSpan.Zero);
            await Task.Yield();
        }

        var status = rig.State.Status;
        Assert.Equal(("AccessDeniedException", "Mend the policy.", 1), (status.Reason, status.Remedy, status.Concurrency));
        Assert.InRange(status.NextAttemptIn!.Value, TimeSpan.FromMinutes(1.9), TimeSpan.FromMinutes(3));
        Assert.NotNull(status.SinceLastSuccess);
    }

    [Fact]
    public async Task Run_SpoolFailsUnderAcknowledgement_SendsAgainLater()
    {
        await using var rig = new UploadRig();
        rig.Spool.Fill(25);
        rig.Spool.Failure = new SpoolException("disk gone");
        await rig.StartAsync();
        await rig.Time.WaitForTimersAsync(1);
        Assert.Equal(25, rig.Spool.Count);
        Assert.Equal(TimeSpan.FromSeconds(30), rig.Time.NextTimer);
        rig.Spool.Failure = null;
        rig.Time.Advance(TimeSpan.FromSeconds(30));
        await rig.Spool.WhenEmptyAsync();
        Assert.Equal(2, rig.Table.Requests.Count);
        Assert.Equal(25, rig.Table.Stored.Count);
    }

    [Fact]
    public async Task Stop_SeveralRequestsHang_EndsWithinSecondsAndKeepsTheReadings()
    {
        await using var rig = NewRig();
        rig.Spool.Fill(5000);
        await rig.StartAsync();
        while (rig.State.Status.RequestsInFlight < 4)
        {
            await rig.Time.WaitForTimersAsync(1);
            await rig.SettleAsync();
            rig.Time.Advance(TimeSpan.FromMilliseconds(100));
        }

        rig.Table.Latency = null;
        rig.Table.Hang = new TaskCompletionSource();
        var stop = rig.StopAsync();
        while (!stop.IsCompleted)
        {
            rig.Time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }

        await stop;
        Assert.Equal(5000, rig.Spool.Count + rig.Table.Stored.Count);
        Assert.Equal(rig.Table.Stored.Count, rig.Spool.Acknowledged.Count);
    }

    private static UploadRig NewRig(UploadOptions? options = null)
    {
        var rig = new UploadRig { Options = options ?? new UploadOptions() };
        rig.Table.Latency = (rig.Time, TimeSpan.FromMilliseconds(100));
        return rig;
    }
}
