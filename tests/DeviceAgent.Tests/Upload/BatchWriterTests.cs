using DeviceAgent.Spool;
using DeviceAgent.Upload;

namespace DeviceAgent.Tests.Upload;

public sealed class BatchWriterTests : IDisposable
{
    private static readonly UploadFault Stale = new(FaultKind.StaleCredentials, "ExpiredTokenException");

    private readonly FakeSpool _spool = new();
    private readonly FakeSink _table = new();
    private readonly RecordingLogger<BatchWriter> _logger = new();
    private readonly CountedMetrics _counted = new();

    public void Dispose() => _counted.Dispose();

    [Fact]
    public async Task DeliverAsync_AllAccepted_AcknowledgesThem()
    {
        Assert.Null(await DeliverAsync(3));
        Assert.Equal([1L, 2L, 3L], _spool.Acknowledged);
    }

    [Fact]
    public async Task DeliverAsync_SomeUnprocessed_AcknowledgesOnlyTheOthers()
    {
        _table.LeaveUnprocessed(0, 2);
        var fault = await DeliverAsync(3);
        Assert.Equal(FaultKind.Throttled, fault!.Kind);
        Assert.Equal([2L], _spool.Acknowledged);
        Assert.Equal(2, _spool.Count);
    }

    [Fact]
    public async Task DeliverAsync_ExpiredToken_FetchesNewCredentialsAndRetriesAtOnce()
    {
        _table.Fail(Stale);
        Assert.Null(await DeliverAsync(2));
        Assert.Equal(1, _table.Refreshes);
        Assert.Equal([1L, 2L], _spool.Acknowledged);
    }

    [Fact]
    public async Task DeliverAsync_FreshCredentialsRefusedToo_Parks()
    {
        _table.Fail(Stale);
        _table.Fail(Stale);
        Assert.Equal(FaultKind.Parked, (await DeliverAsync(2))!.Kind);
        Assert.Equal(1, _table.Refreshes);
        Assert.Empty(_spool.Acknowledged);
    }

    [Fact]
    public async Task DeliverAsync_FreshCredentialsExpiredToo_BacksOff()
    {
        var expired = Stale with { IfRepeated = FaultKind.Transient };
        _table.Fail(expired);
        _table.Fail(expired);
        Assert.Equal(FaultKind.Transient, (await DeliverAsync(2))!.Kind);
        Assert.Equal(2, _counted["upload.requests"]);
        Assert.Equal(4, _counted["readings.retried"]);
    }

    [Fact]
    public async Task DeliverAsync_ClockSkew_RetriesAtOnceOnce()
    {
        var skew = new UploadFault(FaultKind.ClockSkew, "Signature expired", "Set up time synchronisation.");
        _table.Fail(skew);
        Assert.Null(await DeliverAsync(2));
        Assert.Equal(0, _table.Refreshes);
        Assert.Contains(_logger.Entries, e => e.Id == 2212);
    }

    [Fact]
    public async Task DeliverAsync_ClockSkewAfterTheCorrection_Parks()
    {
        var skew = new UploadFault(FaultKind.ClockSkew, "Signature expired", "Set up time synchronisation.");
        _table.Fail(skew);
        _table.Fail(skew);
        var fault = await DeliverAsync(2);
        Assert.Equal((FaultKind.Parked, "Set up time synchronisation."), (fault!.Kind, fault.Remedy));
        Assert.Equal(2, _table.Requests.Count);
    }

    [Fact]
    public async Task DeliverAsync_NoCredentials_CountsNoRequest()
    {
        _table.Fail(new UploadFault(FaultKind.NoCredentials, "none"));
        await DeliverAsync(2);
        Assert.Equal(0, _counted["upload.requests"] + _counted["readings.retried"]);
    }

    [Fact]
    public async Task DeliverAsync_RefreshFails_ReturnsWhy()
    {
        _table.Fail(Stale);
        _table.RefreshAnswer = new UploadFault(FaultKind.NoCredentials, "no network");
        Assert.Same(_table.RefreshAnswer, await DeliverAsync(2));
    }

    [Theory]
    [InlineData(25, 1)]
    [InlineData(25, 13)]
    [InlineData(25, 25)]
    [InlineData(1, 1)]
    public async Task DeliverAsync_OneBadRecord_IsSetAsideAndTheOthersAreDelivered(int count, int bad)
    {
        _table.Poison.Add(bad);
        Assert.Null(await DeliverAsync(count));
        Assert.Equal([(bad, "ValidationException: no good")], _spool.DeadLetters);
        Assert.Equal(Enumerable.Range(1, count).Where(i => i != bad).Select(i => (long)i), _spool.Acknowledged);
        Assert.InRange(_table.Requests.Count, 1, 11);
        Assert.Equal(2205, Assert.Single(_logger.Entries, e => e.Level == Microsoft.Extensions.Logging.LogLevel.Error).Id);
    }

    [Fact]
    public async Task DeliverAsync_TwoBadRecords_AreBothSetAside()
    {
        _table.Poison.UnionWith([4, 20]);
        Assert.Null(await DeliverAsync(25));
        Assert.Equal([4L, 20L], _spool.DeadLetters.Select(d => d.Sequence));
        Assert.Equal((23L, 2L), (_counted["readings.uploaded"], _counted["readings.dead_lettered"]));
        Assert.Equal(_table.Requests.Sum(r => r.Count), 25 + _counted["readings.retried"]);
        Assert.Equal(23, _table.Stored.Count);
        Assert.Equal(0, _spool.Count);
    }

    [Fact]
    public async Task DeliverAsync_ThrottledWhileHalving_StopsAndLosesNothing()
    {
        _table.Fail(new UploadFault(FaultKind.Rejected, "bad"));
        _table.Fail(new UploadFault(FaultKind.Transient, "throttled"));
        Assert.Equal("throttled", (await DeliverAsync(4))!.What);
        Assert.Equal(4, _spool.Count);
        Assert.Empty(_spool.DeadLetters);
    }

    private async Task<UploadFault?> DeliverAsync(int count)
    {
        _spool.Fill(count);
        var records = await _spool.PeekAsync(new SpoolQuery(count), CancellationToken.None);
        return (await new BatchWriter(_spool, _table, _counted.Metrics, _logger).DeliverAsync(TestItems.BatchOf(records).Items, CancellationToken.None)).Fault;
    }
}
