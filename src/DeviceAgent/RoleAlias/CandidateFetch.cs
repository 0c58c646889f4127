using DeviceAgent.Credentials;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.RoleAlias;

/// <summary>Asks for credentials of a new role alias, as often as makes sense.</summary>
internal sealed class CandidateFetch(AliasSource source, RotationOptions options, TimeProvider time, Random random, ILogger logger)
{
    /// <summary>The network, throttling, faults of the service: with the pauses of <see cref="RetryPause"/> about two minutes.</summary>
    public const int TransientAttempts = 8;

    /// <summary>What an operator has to mend is usually final, and he waits for the answer: no more than <see cref="RotationOptions.Propagation"/> asks for.</summary>
    public const int RefusedAttempts = 3;

    public async Task<FetchResult> FetchAsync(string roleAlias, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var result = await source.FetchAsync(roleAlias, cancellationToken).ConfigureAwait(false);
            if (result is not FetchResult.Failure { Reason: var failure }) return result;
            var attempts = failure.IsTransient ? TransientAttempts : failure.Kind == CredentialFailureKind.RoleAliasNameInvalid ? 1 : RefusedAttempts;
            if (attempt >= attempts) return result;

            var pause = failure.IsTransient ? RetryPause.After(attempt, failure.RetryAfter, random) : options.Propagation / (RefusedAttempts - 1);
            logger.CandidateNotFetched(roleAlias, failure.Kind, pause.TotalSeconds, failure.Message);
            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
