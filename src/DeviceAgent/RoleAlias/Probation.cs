using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.Timing;
using DeviceAgent.Upload;

namespace DeviceAgent.RoleAlias;

/// <summary>
/// A role alias that is active and watched: counts the good batches, and hears of the first write that is denied and of credentials that are
/// refused. A batch that was denied waits a moment for the old alias and goes out with it.
/// </summary>
internal sealed class Probation(string roleAlias, string previous, TimeProvider time) : IWriteInterceptor
{
    /// <summary>It ends by time, too.</summary>
    public bool AwaitsWrite => false;

    /// <summary>How long a denied batch waits; then it waits in the spool.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<ChangeOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WakeSignal _changed = new();
    private ProbationFailure? _failure;
    private int _goodBatches;

    public string RoleAlias => roleAlias;

    /// <summary>The alias to go back to.</summary>
    public string Previous => previous;

    /// <summary>Completes at the end; cancelled when the agent stops before.</summary>
    public Task<ChangeOutcome> Outcome => _outcome.Task;

    public int GoodBatches
    {
        get
        {
            lock (_gate) return _goodBatches;
        }
    }

    /// <summary>Null while all is well.</summary>
    public ProbationFailure? Failure
    {
        get
        {
            lock (_gate) return _failure;
        }
    }

    /// <summary>Completes at the next good batch or failure. Take it before the look at them.</summary>
    public Task Changed => _changed.Next;

    public Task<UploadFault?> CheckAsync(IReadingSink active, CancellationToken cancellationToken) => active.CheckAsync(cancellationToken);

    public async Task<WriteResult> WriteAsync(IReadingSink active, IReadOnlyList<PendingReading> readings, CancellationToken cancellationToken)
    {
        var before = Failure;
        var result = await active.WriteAsync(readings, cancellationToken).ConfigureAwait(false);
        if (result is { Fault: null, Accepted.Count: > 0 }) Good(before);
        if (result.Fault is not { } fault || !fault.IsDenied) return result;

        Fail(new ProbationFailure(RejectionReason.Of(fault), IsOfAFetch: false));
        await WakeSignal.WaitAsync(Outcome, Patience, time, cancellationToken).ConfigureAwait(false);
        return Outcome is { IsCompletedSuccessfully: true, Result.Result: ChangeResult.RolledBack }
            ? await active.WriteAsync(readings, cancellationToken).ConfigureAwait(false)
            : result;
    }

    /// <summary>The cache asked for credentials of this alias.</summary>
    public void Answered(FetchResult result)
    {
        if (result is FetchResult.Failure { Reason: var failure } && RejectionReason.IsOfTheAlias(failure)) Fail(new ProbationFailure(RejectionReason.Of(failure), IsOfAFetch: true));
        else if (result is FetchResult.Success && Failure is { IsOfAFetch: true }) Withdraw();
    }

    public void End(ChangeOutcome outcome) => _outcome.TrySetResult(outcome);

    public void Abandon() => _outcome.TrySetCanceled();

    /// <param name="before">The failure when the write began: one that came later is not withdrawn by it.</param>
    private void Good(ProbationFailure? before)
    {
        lock (_gate)
        {
            if (_failure is null) _goodBatches++;
            else if (ReferenceEquals(before, _failure) && !_failure.IsOfAFetch) (_failure, _goodBatches) = (null, 1);
            else return;
        }

        _changed.Set();
    }

    private void Fail(ProbationFailure failure)
    {
        lock (_gate)
        {
            if (_failure is not null) return;
            _failure = failure;
        }

        _changed.Set();
    }

    private void Withdraw()
    {
        lock (_gate) (_failure, _goodBatches) = (null, 0);
        _changed.Set();
    }
}

/// <summary>Why an alias on probation no longer does, and by what it is withdrawn: a write or a fetch that succeeds.</summary>
internal sealed record ProbationFailure(RejectionReason Rejection, bool IsOfAFetch);
