using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Transport;
using DeviceAgent.Mqtt;
using DeviceAgent.Mqtt.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Control.Cloud;

/// <summary>Tries once to reach AWS IoT's message broker, for who looks for what is wrong.</summary>
internal static class BrokerProbe
{
    /// <summary>For TCP, proxy, TLS and the answer to CONNECT together.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);

    /// <param name="options">Where to.</param>
    /// <param name="clientId">The thing's name.</param>
    /// <param name="caPath">The roots of the broker's certificate; null for the system's.</param>
    /// <param name="identity">The device's certificate and key.</param>
    /// <param name="connects">True: with CONNECT, in the session of the agent, which must not run. False: no further than TLS.</param>
    /// <param name="time">Judges the broker's certificate.</param>
    /// <param name="cancellationToken">Whoever waits has gone.</param>
    /// <returns>Null: reached.</returns>
    public static async Task<BrokerProblem?> TryAsync(
        ControlOptions options, string clientId, string? caPath, DeviceIdentity identity, bool connects, TimeProvider time, CancellationToken cancellationToken)
    {
        var problem = await TryOnceAsync(options, clientId, caPath, identity, connects, time, cancellationToken).ConfigureAwait(false);
        if (problem?.ReasonCode is not (MqttReasonCode.QuotaExceeded or MqttReasonCode.ConnectionRateExceeded)) return problem;

        // Somebody has connected as this thing within the second.
        await Task.Delay(IotConnection.ConnectSpacing, time, cancellationToken).ConfigureAwait(false);
        return await TryOnceAsync(options, clientId, caPath, identity, connects, time, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<BrokerProblem?> TryOnceAsync(
        ControlOptions options, string clientId, string? caPath, DeviceIdentity identity, bool connects, TimeProvider time, CancellationToken cancellationToken)
    {
        var way = MqttClientFactory.OptionsFor(options, clientId, caPath, identity, HappyEyeballsConnector.ForSockets(time).ConnectAsync);
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            if (connects)
            {
                var client = new MqttClient(way, time, NullLogger<MqttClient>.Instance);
                await using var _ = client.ConfigureAwait(false);
                await client.ConnectAsync(either.Token).ConfigureAwait(false);
            }
            else
            {
                await (await MqttTransport.OpenAsync(way, time, either.Token).ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
            }

            return null;
        }
        catch (MqttConnectException e)
        {
            return new BrokerProblem(e.Failure, e.Message.EndsWith(e.Remedy, StringComparison.Ordinal) ? e.Message[..^e.Remedy.Length].TrimEnd() : e.Message, e.Remedy) { ReasonCode = e.ReasonCode };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new BrokerProblem(MqttConnectFailure.Timeout, $"No connection to {options.Host}:{options.Port} within {Limit.TotalSeconds:0} s.", "Check the network and the firewall (outgoing TCP to the port).");
        }
    }
}

/// <summary>Why the broker was not reached.</summary>
/// <param name="Failure">What kind of failure.</param>
/// <param name="What">What happened.</param>
/// <param name="Remedy">What to do about it.</param>
internal sealed record BrokerProblem(MqttConnectFailure Failure, string What, string Remedy)
{
    /// <summary>The verdict of the broker, if that far.</summary>
    public MqttReasonCode? ReasonCode { get; init; }
}
