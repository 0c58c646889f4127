using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Timing;
using DeviceAgent.Upload;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.RoleAlias;

/// <summary>
/// A role alias that is tried, with its credentials. Nobody but the proof has them: they reach the cache, and by it other programs,
/// when the alias is active.
/// </summary>
internal sealed class Candidate : IDisposable
{
    private readonly OpenedSink _opened;
    private TemporaryCredentials _credentials;

    public Candidate(string roleAlias, TemporaryCredentials credentials, OpenSink open)
    {
        RoleAlias = roleAlias;
        _credentials = credentials;
        _opened = open(() => Credentials);
    }

    public string RoleAlias { get; }

    public IReadingSink Sink => _opened.Sink;

    public TemporaryCredentials Credentials
    {
        get => Volatile.Read(ref _credentials);
        set => Volatile.Write(ref _credentials, value);
    }

    public void Dispose() => _opened.Dispose();
}

/// <summary>Asks for credentials of a new role alias, as often as makes sense.</summary>
internal sealed class CandidateFetch(AliasSource source, RotationOptions options, TimeProvider time, Random random, ILogger logger)
{
    /// <summary>The network, throttling, faults of the service: with the pauses of <see cref="PauseAfter"/> about two minutes.</summary>
    public const int TransientAttempts = 8;

    /// <summary>What an operator has to mend is usually final, and he waits for the answer: no more than <see cref="RotationOptions.Propagation"/> asks for.</summary>
    public const int RefusedAttempts = 3;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);
    private static readonly Backoff Pauses = new(TimeSpan.FromSeconds(0.5), LongestPause, Jitter.AboveFirst);

    /// <summary>How long to wait before the credentials provider is asked again. A fleet that was told to change at the same moment is spread.</summary>
    /// <param name="failures">In a row, at least 1.</param>
    /// <param name="asked">What the service asks for.</param>
    /// <param name="random">The chance.</param>
    public static TimeSpan PauseAfter(int failures, TimeSpan? asked, Random random) => Backoff.AtLeast(Pauses.After(failures, random), asked, LongestPause);

    public async Task<FetchResult> FetchAsync(string roleAlias, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var result = await source.FetchAsync(roleAlias, cancellationToken).ConfigureAwait(false);
            if (result is not FetchResult.Failure { Reason: var failure }) return result;
            var attempts = failure.IsTransient ? TransientAttempts : failure.Kind == CredentialFailureKind.RoleAliasNameInvalid ? 1 : RefusedAttempts;
            if (attempt >= attempts) return result;

            var pause = failure.IsTransient ? PauseAfter(attempt, failure.RetryAfter, random) : options.Propagation / (RefusedAttempts - 1);
            logger.CandidateNotFetched(roleAlias, failure.Kind, pause, failure.Message);
            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
