using System.Runtime.CompilerServices;
using DeviceAgent.Clock;
using DeviceAgent.Control.Cloud;
using DeviceAgent.Credentials;
using DeviceAgent.Hosting;
using DeviceAgent.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceAgent.Commands.Doctor;

/// <summary>All checks of a device whose configuration can be read, in their order. A check that depends on another that has not ended well is skipped.</summary>
/// <param name="options">The configuration.</param>
/// <param name="identity">Certificate and key; null where they cannot be used.</param>
/// <param name="problems">Why not.</param>
/// <param name="agent">The running agent.</param>
/// <param name="writes">Whether an item may be written, and deleted again.</param>
internal sealed class Examination(AgentOptions options, DeviceIdentity? identity, IReadOnlyList<ConfigurationError> problems, RunningAgentView agent, bool writes)
{
    public async IAsyncEnumerable<Finding> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var services = new ServiceCollection().AddLogging().AddDeviceClock(options.StateDirectory, options.Clock).BuildServiceProvider();
        await using var _ = services.ConfigureAwait(false);
        var clock = services.GetRequiredService<DeviceClock>();

        // The answer tells the time by which the certificate's dates are judged, so it is asked for first.
        using var provider = identity is null ? null : await ProviderLook.TakeAsync(options, identity, clock, cancellationToken).ConfigureAwait(false);
        var certificate = IdentityCheck.Run(options, identity, problems, NowBy(clock)).ToList();
        foreach (var finding in certificate) yield return finding;

        var isGood = certificate.All(f => f.Result != FindingResult.Failure);
        var way = (provider is null ? ProviderLook.WithoutIdentity : provider.Findings(isGood)).ToList();
        foreach (var finding in way) yield return finding;

        var obstacle = certificate.Concat(way).FirstOrDefault(f => f.Result == FindingResult.Failure)?.Check;
        var table = new TableChecks(options, clock, agent, writes);
        await foreach (var finding in table.RunAsync(obstacle, provider?.Credentials, cancellationToken).ConfigureAwait(false)) yield return finding;

        var stranger = certificate.Find(f => f.Result == FindingResult.Failure)?.Check ?? (provider is null or { RefusesIdentity: true } ? CheckName.Credentials : null);
        var broker = new BrokerChecks(options.Control, options.ThingName, agent, (port, connects, token) =>
            BrokerProbe.TryAsync(options.Control with { Port = port }, options.ThingName, options.Credentials.CaPath, identity!, connects, clock, token));
        await foreach (var finding in broker.RunAsync(stranger, provider?.FailedAt, cancellationToken).ConfigureAwait(false)) yield return finding;

        var state = StorageChecks.StateDirectory(options);
        yield return state;
        yield return state.Result == FindingResult.Failure ? Finding.Needs(CheckName.Disk, CheckName.StateDirectory) : StorageChecks.Disk(options, agent);
        yield return FlashCheck.Run(options.StateDirectory, options.SensorSource.SysfsRoot);
        yield return agent.Judge(provider?.Credentials is not null);
        yield return await SystemdCheck.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>While the time is not known, the system's, which is at least not before this program.</summary>
    private static DateTimeOffset NowBy(DeviceClock clock)
    {
        if (clock.IsTrusted) return clock.GetUtcNow();
        var system = TimeProvider.System.GetUtcNow();
        return system > BuildTime.Value ? system : BuildTime.Value;
    }
}
