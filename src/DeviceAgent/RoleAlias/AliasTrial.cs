using DeviceAgent.Upload;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.RoleAlias;

/// <summary>
/// Sends one write of the uploader with the candidate's credentials and judges the role by the answer. A write that these credentials
/// were refused goes out at once with the active ones; all others go there anyway. Nothing else tells what a role may do.
/// </summary>
/// <remarks>
/// What proves: an answer that accepts at least one item. What refutes: access denied, or credentials that are not known, twice, because
/// a policy may not have arrived everywhere; a table that is not there or does not fit, when the active ones write to it. Throttling, items
/// left unprocessed, one bad reading, the network and the clock say nothing about a role: after a pause the next batch is tried.
/// </remarks>
/// <param name="candidate">The alias that is tried.</param>
/// <param name="rest">After a write that proved nothing the uploader goes its usual way for so long.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Is told of what did not prove the alias.</param>
internal sealed class AliasTrial(Candidate candidate, TimeSpan rest, TimeProvider time, ILogger logger) : IWriteInterceptor
{
    private const int FinalRefusals = 2;

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<RejectionReason?> _verdict = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _underWay;
    private long? _restsSince;
    private bool _closed;
    private int _refusals;
    private RejectionReason? _rejection;
    private UploadFault? _lastFault;

    /// <summary>Null: proven.</summary>
    public Task<RejectionReason?> Verdict => _verdict.Task;

    /// <summary>Whether the next write would be the candidate's.</summary>
    public bool AwaitsWrite
    {
        get
        {
            lock (_gate) return CanTake;
        }
    }

    private bool CanTake => !_closed && _underWay is null && !_verdict.Task.IsCompleted && (_restsSince is not { } since || time.GetElapsedTime(since) >= rest);

    /// <summary>When the old credentials cannot even look at the table, the new ones may.</summary>
    public async Task<UploadFault?> CheckAsync(IReadingSink active, CancellationToken cancellationToken)
    {
        if (await active.CheckAsync(cancellationToken).ConfigureAwait(false) is not { } fault) return null;
        if (TryTake() is not { } turn) return fault;
        try
        {
            return await candidate.Sink.CheckAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Return(turn, rests: false);
        }
    }

    public async Task<WriteResult> WriteAsync(IReadingSink active, IReadOnlyList<PendingReading> readings, CancellationToken cancellationToken)
    {
        if (TryTake() is not { } turn) return await active.WriteAsync(readings, cancellationToken).ConfigureAwait(false);
        WriteResult result;
        try
        {
            result = await candidate.Sink.WriteAsync(readings, cancellationToken).ConfigureAwait(false);
            if (result is { Fault: null, Accepted.Count: > 0 }) _verdict.TrySetResult(null);
            else if (result.Fault is { } fault && (fault.IsDenied || fault.Kind == FaultKind.StaleCredentials)) Refute(fault);
            else NoteUnproven(result.Fault);
        }
        finally
        {
            Return(turn, rests: true);
        }

        return result.Fault is { Kind: FaultKind.Parked or FaultKind.StaleCredentials or FaultKind.NoCredentials } refused
            ? await FallBackAsync(active, readings, refused, cancellationToken).ConfigureAwait(false)
            : result;
    }

    /// <summary>No write is the candidate's from now on; completes when none is in progress.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _closed = true;
            return _underWay?.Task ?? Task.CompletedTask;
        }
    }

    /// <summary>What is to be said when the time is up without a verdict.</summary>
    public RejectionReason Unproven(TimeSpan limit)
    {
        lock (_gate)
        {
            return _rejection ?? new RejectionReason(
                RejectionCode.TimedOut,
                $"No write with the role alias {candidate.RoleAlias} was accepted within {limit.TotalSeconds:0} s. "
                + (_lastFault is { } fault ? $"The last one: {fault}" : "There was no reading to write: let the device read more often, raise rotation.proofTimeoutSeconds, or set rotation.heartbeat."));
        }
    }

    private async Task<WriteResult> FallBackAsync(IReadingSink active, IReadOnlyList<PendingReading> readings, UploadFault refused, CancellationToken cancellationToken)
    {
        var result = await active.WriteAsync(readings, cancellationToken).ConfigureAwait(false);
        var isOfTheTable = refused.Kind == FaultKind.Parked && !refused.IsDenied;
        if (isOfTheTable && result is { Fault: null, Accepted.Count: > 0 }) Refute(refused);
        return result;
    }

    private void Refute(UploadFault fault)
    {
        var rejection = RejectionReason.Of(fault);
        bool isFinal;
        lock (_gate)
        {
            _rejection = rejection;
            isFinal = ++_refusals >= FinalRefusals;
        }

        logger.WriteRefused(candidate.RoleAlias, rejection.Code, rejection.Reason);
        if (isFinal) _verdict.TrySetResult(rejection);
    }

    private void NoteUnproven(UploadFault? fault)
    {
        lock (_gate) _lastFault = fault ?? new UploadFault(FaultKind.Throttled, "All readings were left unprocessed.");
        logger.WriteProvedNothing(candidate.RoleAlias, fault?.ToString() ?? "all readings were left unprocessed");
    }

    private TaskCompletionSource? TryTake()
    {
        lock (_gate) return CanTake ? _underWay = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;
    }

    private void Return(TaskCompletionSource turn, bool rests)
    {
        lock (_gate)
        {
            _underWay = null;
            if (rests) _restsSince = time.GetTimestamp();
        }

        turn.SetResult();
    }
}
