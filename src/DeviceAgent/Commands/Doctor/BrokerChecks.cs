using System.Runtime.CompilerServices;
using DeviceAgent.Control.Cloud;
using DeviceAgent.Credentials;
using DeviceAgent.Hosting;
using DeviceAgent.Mqtt;

namespace DeviceAgent.Commands.Doctor;

/// <summary>
/// AWS IoT's message broker at the configured port, and at the other of 8883 and 443. A thing can have one connection only: where the agent runs, its own
/// tells, and no other is made.
/// </summary>
/// <param name="options">The configuration.</param>
/// <param name="identity">Certificate and key; null where they cannot be used.</param>
/// <param name="time">Judges the broker's certificate.</param>
/// <param name="agent">The running agent.</param>
internal sealed class BrokerChecks(AgentOptions options, DeviceIdentity? identity, TimeProvider time, RunningAgentView agent)
{
    private const int MqttPort = 8883;
    private const int HttpsPort = 443;

    /// <param name="identityProblem">The check of certificate or key that has failed; null when none has.</param>
    /// <param name="provider">What came of the request for credentials.</param>
    /// <param name="cancellationToken">Whoever waits has gone.</param>
    public async IAsyncEnumerable<Finding> RunAsync(string? identityProblem, ProviderLook? provider, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (options.Control.Host is null)
        {
            yield return Finding.Skipped(CheckName.Mqtt, "mqttEndpoint is not set: there is no remote control");
            yield break;
        }

        if (identity is null || identityProblem is not null || provider is { RefusesIdentity: true })
        {
            yield return Finding.Needs(CheckName.Mqtt, identityProblem ?? CheckName.Credentials);
            yield break;
        }

        var problem = await TryAsync(options.Control.Port, Connects, cancellationToken).ConfigureAwait(false);
        var primary = Primary(problem, provider);
        if (Other(options.Control.Port) is not { } other)
        {
            yield return primary;
            yield break;
        }

        var otherProblem = primary.Result == FindingResult.Skipped ? problem : await TryAsync(other, problem is not null && Connects, cancellationToken).ConfigureAwait(false);
        yield return primary.Result == FindingResult.Failure && otherProblem is null
            ? primary with { Remedy = $"{primary.Remedy} Port {other} can be reached: set mqttEndpoint to {options.Control.Host}:{other}." }
            : primary;
        yield return primary.Result == FindingResult.Skipped ? Finding.Needs(CheckName.OtherMqttPort, CheckName.Mqtt)
            : otherProblem is null ? Finding.Ok(CheckName.OtherMqttPort, $"{options.Control.Host}:{other} can be reached, too")
            : Finding.Skipped(CheckName.OtherMqttPort, $"{otherProblem.What} Nothing needs it while port {options.Control.Port} works.");
    }

    /// <summary>Another connection of the thing would end the agent's.</summary>
    private bool Connects => !agent.IsRunning && !agent.MayRun;

    private Finding Primary(BrokerProblem? problem, ProviderLook? provider)
    {
        var where = $"{options.Control.Host}:{options.Control.Port}";
        if (problem is not null) return IsNoNews(problem, provider) ? Finding.Needs(CheckName.Mqtt, provider!.FailedAt!) : Finding.Failure(CheckName.Mqtt, problem.What, problem.Remedy);
        if (Connects) return Finding.Ok(CheckName.Mqtt, $"{where} lets {options.ThingName} connect");
        if (!agent.IsRunning) return Finding.Ok(CheckName.Mqtt, $"{where} answers by TLS; no more was tried, since it would end the connection of an agent that may run");
        return agent.IsConnected
            ? Finding.Ok(CheckName.Mqtt, $"the running agent is connected to {where}")
            : Finding.Failure(CheckName.Mqtt, $"{where} can be reached, and the running agent is not connected to it: {agent.ConnectionProblem ?? "it tries"}", "Wait a minute and look again: device-agent status; its log tells more (journalctl -u device-agent).");
    }

    /// <summary>What keeps the device from the credentials provider keeps it from the broker.</summary>
    private static bool IsNoNews(BrokerProblem problem, ProviderLook? provider) => (problem.Failure, provider?.FailedAt) switch
    {
        (_, null) => false,
        (MqttConnectFailure.Network or MqttConnectFailure.Timeout, CheckName.Dns or CheckName.Tcp or CheckName.Proxy) => true,
        (MqttConnectFailure.Proxy, CheckName.Proxy) => true,
        (MqttConnectFailure.Tls or MqttConnectFailure.Timeout, CheckName.Tls or CheckName.Clock) => true,
        _ => false,
    };

    private static int? Other(int port) => port switch
    {
        MqttPort => HttpsPort,
        HttpsPort => MqttPort,
        _ => null,
    };

    private Task<BrokerProblem?> TryAsync(int port, bool connects, CancellationToken cancellationToken) =>
        BrokerProbe.TryAsync(options.Control with { Port = port }, options.ThingName, options.Credentials.CaBundlePath, identity!, connects, time, cancellationToken);
}
