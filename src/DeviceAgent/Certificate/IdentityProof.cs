using DeviceAgent.Clock;
using DeviceAgent.Control;
using DeviceAgent.Control.Cloud;
using DeviceAgent.Credentials;
using DeviceAgent.RoleAlias;
using DeviceAgent.Upload;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Certificate;

/// <summary>
/// Proves that a certificate that is not active yet can do all that the agent needs: credentials of the active alias, a write with
/// them, a connection to AWS IoT.
/// </summary>
internal sealed class IdentityProof(
    RoleAliasOptions options,
    RoleAliasState alias,
    InterceptedSink sink,
    OpenSink open,
    Heartbeat heartbeat,
    RotationOptions rotation,
    ConnectionRenewal connection,
    DeviceClock clock,
    Random random,
    ILogger<IdentityProof> logger)
{
    private static readonly TimeSpan _poll = TimeSpan.FromSeconds(1);

    /// <returns>The proven credentials, or why the certificate does not do.</returns>
    /// <exception cref="OperationCanceledException">The agent stops.</exception>
    public async Task<(TemporaryCredentials? Credentials, RejectionReason? Refusal)> ProveAsync(
        DeviceIdentity identity, IChangeProgress progress, CancellationToken cancellationToken)
    {
        // A role alias on probation has the sink to itself.
        while (sink.Interceptor is not null) await Task.Delay(_poll, clock, cancellationToken).ConfigureAwait(false);

        progress.Reached(EnrolmentStep.Fetching);
        using var client = new CredentialsProviderClient(identity, options, clock);
        var source = new AliasSource(client.FetchAsync, clock);
        var fetched = await new CandidateFetch(source, rotation, clock, random, logger).FetchAsync(alias.Active, cancellationToken).ConfigureAwait(false);
        if (fetched is FetchResult.Failure failed) return (null, RejectionReason.Of(failed.Reason));

        progress.Reached(EnrolmentStep.Proving);
        using var candidate = new Candidate(alias.Active, ((FetchResult.Success)fetched).Credentials, open);
        var prover = new AliasVerifier(sink, source, heartbeat, rotation, clock, logger);
        if (await prover.ProveAsync(candidate, cancellationToken).ConfigureAwait(false) is { } refusal) return (null, refusal);

        progress.Reached(EnrolmentStep.Connecting);
        if (await connection.TryAsync(identity, cancellationToken).ConfigureAwait(false) is { } problem)
            return (null, new RejectionReason(ProvisioningCode.ConnectionRefused, $"AWS IoT's message broker does not take the new certificate. {problem}"));
        return (candidate.Credentials, null);
    }
}
