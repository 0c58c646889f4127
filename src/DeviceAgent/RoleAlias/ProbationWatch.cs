using DeviceAgent.Control;
using DeviceAgent.Credentials;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.RoleAlias;

/// <summary>Brings a probation to its end: the alias stays, or the one before comes back.</summary>
internal sealed class ProbationWatch(
    AliasSource source, CredentialCache cache, RoleAliasState state, RotationOptions options, TimeProvider time, Random random, ILogger logger)
{
    /// <summary>
    /// When neither alias works, both are tried for so long, and the first that works wins. Then the old one is in force again, unseen, so that the
    /// change has an end and the next one can begin; readings wait on disk until somebody mends something.
    /// </summary>
    public static readonly TimeSpan RollbackLimit = TimeSpan.FromMinutes(10);

    public async Task<ChangeOutcome> WatchAsync(Probation probation, CancellationToken cancellationToken)
    {
        while (true)
        {
            var complaint = await ComplaintAsync(probation, cancellationToken).ConfigureAwait(false);
            if (complaint is null)
            {
                state.Settle();
                logger.Settled(probation.RoleAlias, probation.GoodBatches);
                return ChangeOutcome.Applied;
            }

            if (await GoBackAsync(probation, complaint.Refusal, cancellationToken).ConfigureAwait(false) is { } outcome) return outcome;
            logger.WorksAgain(probation.RoleAlias);
            state.Enter(RotationPhase.Probation);
        }
    }

    /// <summary>Null when the time, or enough good batches, came first.</summary>
    private async Task<Complaint?> ComplaintAsync(Probation probation, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            var changed = probation.Changed;
            if (probation.Complaint is { } complaint) return complaint;
            var left = options.Probation - time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero || probation.GoodBatches >= options.ProbationBatches) return null;
            await Signal.WaitAsync(changed, left, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Null when the new alias works again before the old one does.</summary>
    private async Task<ChangeOutcome?> GoBackAsync(Probation probation, Refusal refusal, CancellationToken cancellationToken)
    {
        state.Enter(RotationPhase.RollingBack);
        logger.GoesBack(probation.RoleAlias, probation.Previous, refusal.Code, refusal.Reason);
        var start = time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            var result = await source.FetchAsync(probation.Previous, cancellationToken).ConfigureAwait(false);
            if (result is FetchResult.Success success && TryGoBack(probation, refusal, success.Credentials) is { } outcome) return outcome;
            if (time.GetElapsedTime(start) >= RollbackLimit) return GoBackUnseen(probation, refusal, result);

            var failure = (result as FetchResult.Failure)?.Reason;
            var pause = RetryPause.After(attempt, failure?.RetryAfter, random);
            logger.PreviousNotFetched(probation.Previous, pause.TotalSeconds, failure?.ToString() ?? "the credentials are expired already");
            if (await IsWithdrawnAsync(probation, pause, cancellationToken).ConfigureAwait(false)) return null;
        }
    }

    private ChangeOutcome? TryGoBack(Probation probation, Refusal refusal, TemporaryCredentials credentials)
    {
        // On disk first: what is served is never an alias that the next start would not use.
        if (credentials.TimeLeft(time) <= TimeSpan.Zero) return null;
        var outcome = refusal.RolledBack();
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

    private ChangeOutcome GoBackUnseen(Probation probation, Refusal refusal, FetchResult result)
    {
        var problem = (result as FetchResult.Failure)?.Reason.ToString() ?? "its credentials are expired already.";
        var outcome = new Refusal(refusal.Code, $"{refusal.Reason} The role alias {probation.Previous}, to which the device went back, issues no credentials either: {problem}").RolledBack();
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
            if (probation.Complaint is null) return true;
            var left = pause - time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero) return false;
            await Signal.WaitAsync(changed, left, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
