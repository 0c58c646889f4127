using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.Timing;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.RoleAlias;

/// <summary>Brings a probation to its end: the alias stays, or the one before comes back.</summary>
internal sealed class ProbationWatch(
    AliasSource source, CredentialCache cache, RoleAliasState state, RotationOptions options, LoopPulse pulse, TimeProvider time, Random random, ILogger logger)
{
    /// <summary>
    /// When neither alias works, both are tried for so long, and the first that works wins. Then the old one is restored without having been verified, so that the
    /// change has an end and the next one can begin; readings wait on disk until somebody mends something.
    /// </summary>
    public static readonly TimeSpan RollbackLimit = TimeSpan.FromMinutes(10);

    public async Task<ChangeOutcome> WatchAsync(Probation probation, CancellationToken cancellationToken)
    {
        while (true)
        {
            var failed = await FailureAsync(probation, cancellationToken).ConfigureAwait(false);
            if (failed is null)
            {
                state.Settle();
                logger.Settled(probation.RoleAlias, probation.GoodBatches);
                return ChangeOutcome.Applied;
            }

            if (await GoBackAsync(probation, failed.Rejection, cancellationToken).ConfigureAwait(false) is { } outcome) return outcome;
            logger.WorksAgain(probation.RoleAlias);
            state.Enter(RotationPhase.Probation);
        }
    }

    /// <summary>Null when the time, or enough good batches, came first.</summary>
    private async Task<ProbationFailure?> FailureAsync(Probation probation, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            var changed = probation.Changed;
            if (probation.Failure is { } failed) return failed;
            var left = options.Probation - time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero || probation.GoodBatches >= options.ProbationBatches) return null;
            using (pulse.WaitsFor(left)) await WakeSignal.WaitAsync(changed, left, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Null when the new alias works again before the old one does.</summary>
    private async Task<ChangeOutcome?> GoBackAsync(Probation probation, RejectionReason rejection, CancellationToken cancellationToken)
    {
        state.Enter(RotationPhase.RollingBack);
        logger.GoesBack(probation.RoleAlias, probation.Previous, rejection.Code, rejection.Reason);
        var start = time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            FetchResult result;
            using (pulse.Waits()) result = await source.FetchAsync(probation.Previous, cancellationToken).ConfigureAwait(false);
            if (result is FetchResult.Success success && TryGoBack(probation, rejection, success.Credentials) is { } outcome) return outcome;
            if (time.GetElapsedTime(start) >= RollbackLimit) return GoBackUnverified(probation, rejection, result);

            var failure = (result as FetchResult.Failure)?.Reason;
            var pause = CandidateFetch.PauseAfter(attempt, failure?.RetryAfter, random);
            logger.PreviousNotFetched(probation.Previous, pause, failure?.ToString() ?? "the credentials are expired already");
            if (await IsWithdrawnAsync(probation, pause, cancellationToken).ConfigureAwait(false)) return null;
        }
    }

    private ChangeOutcome? TryGoBack(Probation probation, RejectionReason rejection, TemporaryCredentials credentials)
    {
        // On disk first: what is served is never an alias that the next start would not use.
        if (credentials.TimeLeft(time) <= TimeSpan.Zero) return null;
        var outcome = rejection.RolledBack();
        state.RollBack(outcome);
        try
        {
            cache.SwitchTo(source.Of(probation.Previous), credentials);
        }
        catch (ArgumentException)
        {
            cache.SwitchTo(source.Of(probation.Previous));
        }

        return outcome;
    }

    private ChangeOutcome GoBackUnverified(Probation probation, RejectionReason rejection, FetchResult result)
    {
        var problem = (result as FetchResult.Failure)?.Reason.ToString() ?? "its credentials are expired already.";
        var outcome = new RejectionReason(rejection.Code, $"{rejection.Reason} The role alias {probation.Previous}, to which the device went back, issues no credentials either: {problem}").RolledBack();
        state.RollBack(outcome);
        cache.SwitchTo(source.Of(probation.Previous));
        return outcome;
    }

    private async Task<bool> IsWithdrawnAsync(Probation probation, TimeSpan pause, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            var changed = probation.Changed;
            if (probation.Failure is null) return true;
            var left = pause - time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero) return false;
            using (pulse.WaitsFor(left)) await WakeSignal.WaitAsync(changed, left, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
