using System.Runtime.CompilerServices;
using DeviceAgent.Control;
using DeviceAgent.Control.Cloud;
using DeviceAgent.Mqtt;

namespace DeviceAgent.Commands.Doctor;

/// <summary>
/// AWS IoT's message broker at the configured port, and at the other of 8883 and 443. A thing can have one connection only: where the agent runs, its own
/// tells, and no other is made.
/// </summary>
/// <param name="control">Where it is.</param>
/// <param name="thingName">Who connects.</param>
/// <param name="agent">The running agent.</param>
/// <param name="probe">Tries a port: as far as TLS, or with CONNECT.</param>
internal sealed class BrokerChecks(ControlOptions control, string thingName, RunningAgentView agent, Func<int, bool, CancellationToken, Task<BrokerProblem?>> probe)
{
    private const int MqttPort = 8883;
    private const int HttpsPort = 443;

    /// <param name="obstacle">The check that has failed before, without which nobody is let in; null when none has.</param>
    /// <param name="failedAt">How far the request for credentials came; null when it succeeded.</param>
    /// <param name="cancellationToken">Whoever waits has gone.</param>
    public async IAsyncEnumerable<Finding> RunAsync(string? obstacle, string? failedAt, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (control.Host is null || obstacle is not null)
        {
            yield return control.Host is null ? Finding.Skipped(CheckName.Mqtt, "mqttEndpoint is not set: there is no remote control") : Finding.Needs(CheckName.Mqtt, obstacle!);
            yield break;
        }

        var problem = await probe(control.Port, Connects, cancellationToken).ConfigureAwait(false);
        var primary = Primary(problem, failedAt);
        if (Other(control.Port) is not { } other)
        {
            yield return primary;
            yield break;
        }

        var otherProblem = primary.Result == FindingResult.Skipped ? problem : await probe(other, problem is not null && Connects, cancellationToken).ConfigureAwait(false);
        yield return primary.Result == FindingResult.Failure && otherProblem is null
            ? primary with { Remedy = $"{primary.Remedy} Port {other} can be reached: set mqttEndpoint to {control.Host}:{other}." }
            : primary;
        yield return primary.Result == FindingResult.Skipped ? Finding.Needs(CheckName.OtherMqttPort, CheckName.Mqtt)
            : otherProblem is null ? Finding.Ok(CheckName.OtherMqttPort, $"{control.Host}:{other} can be reached, too")
            : Finding.Skipped(CheckName.OtherMqttPort, $"{otherProblem.What} Nothing needs it while port {control.Port} works.");
    }

    /// <summary>Another connection of the thing would end the agent's.</summary>
    private bool Connects => !agent.IsRunning && !agent.MayRun;

    private Finding Primary(BrokerProblem? problem, string? failedAt)
    {
        var where = $"{control.Host}:{control.Port}";
        if (problem is not null) return IsNoNews(problem, failedAt) ? Finding.Needs(CheckName.Mqtt, failedAt!) : Finding.Failure(CheckName.Mqtt, problem.What, problem.Remedy);
        if (Connects) return Finding.Ok(CheckName.Mqtt, $"{where} lets {thingName} connect");
        if (!agent.IsRunning) return Finding.Ok(CheckName.Mqtt, $"{where} answers by TLS; no more was tried, since it would end the connection of an agent that may run");
        return agent.IsConnected
            ? Finding.Ok(CheckName.Mqtt, $"the running agent is connected to {where}")
            : Finding.Failure(CheckName.Mqtt, $"{where} can be reached, and the running agent is not connected to it: {agent.ConnectionProblem ?? "it tries"}", "Wait a minute and look again: device-agent status; its log tells more (journalctl -u device-agent).");
    }

    /// <summary>What keeps the device from the credentials provider keeps it from the broker.</summary>
    private static bool IsNoNews(BrokerProblem problem, string? failedAt) => (problem.Failure, failedAt) switch
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
}
