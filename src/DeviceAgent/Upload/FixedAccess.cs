using Amazon.Runtime;
using DeviceAgent.Clock;
using DeviceAgent.Credentials;

namespace DeviceAgent.Upload;

/// <summary>Access by credentials that somebody else looks after.</summary>
internal sealed class FixedAccess(Func<TemporaryCredentials> credentials, DeviceClock clock) : AWSCredentials, ITableAccess
{
    public override ImmutableCredentials GetCredentials()
    {
        var current = credentials();
        return new ImmutableCredentials(current.AccessKeyId, current.SecretAccessKey.Reveal(), current.SessionToken.Reveal());
    }

    public Task PrepareAsync(CancellationToken cancellationToken)
    {
        ClockCorrection.Apply(clock);
        return Task.CompletedTask;
    }

    public Task RefreshAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void ServerTimeIs(DateTimeOffset serverTime) => clock.Observe(serverTime, clock.Monotonic, clock.Monotonic);
}
