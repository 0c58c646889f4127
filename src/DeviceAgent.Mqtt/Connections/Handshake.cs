using System.Net.Sockets;
using System.Security.Authentication;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Mqtt.Transport;
using Microsoft.Extensions.Logging;
using MQTTnet.Adapter;
using MQTTnet.Exceptions;

namespace DeviceAgent.Mqtt.Connections;

/// <summary>Opens a stream and lets an MQTTnet client of its own connect over it. Whatever fails is one <see cref="MqttConnectException"/>.</summary>
internal sealed class Handshake(MqttClientOptions options, Func<CancellationToken, Task<Stream>> open, TimeProvider timeProvider, ILogger logger)
{
    /// <summary>Both are the caller's; disposing the client disposes the adapter.</summary>
    public async Task<(MQTTnet.MqttClient Client, GuardedAdapter Adapter)> RunAsync(string clientId, CancellationToken cancellationToken)
    {
        var stream = await InTimeAsync(open, options.ConnectTimeout, "connection", cancellationToken).ConfigureAwait(false);
        var adapter = new GuardedAdapter(stream, options, timeProvider, logger);
        var client = new MQTTnet.MqttClient(adapter, new NetLog(logger));
        try
        {
            await InTimeAsync(token => ConnectAsync(client, adapter, clientId, token), options.ConnAckTimeout, "CONNACK", cancellationToken).ConfigureAwait(false);
            return (client, adapter);
        }
        catch
        {
            client.Dispose();
            adapter.Dispose();
            throw;
        }
    }

    private async Task<bool> ConnectAsync(MQTTnet.MqttClient client, GuardedAdapter adapter, string clientId, CancellationToken cancellationToken)
    {
        var failure = await FailureOfAsync(client, clientId, cancellationToken).ConfigureAwait(false);
        if (adapter.ConnAck is not { } ack)
        {
            throw failure is MqttCommunicationException or IOException or SocketException or AuthenticationException or ObjectDisposedException
                ? ClosedEarly(failure)
                : Confused($"The server's answer is not MQTT: {PrintableText.Of(failure?.Message)}", failure);
        }

        if (ConnectMapping.RefusalOf(ack, options.ProtocolVersion, clientId) is { } refusal) throw refusal;
        if (ack.IsSessionPresent && options.CleanStart) throw Confused("The server resumed a session that was to be thrown away.", null);
        if (failure is not null) throw ClosedEarly(failure);
        return true;
    }

    /// <summary>Null when MQTTnet has an answer. A refusal in 3.1.1 may be an exception or none: the CONNACK itself says more.</summary>
    private async Task<Exception?> FailureOfAsync(MQTTnet.MqttClient client, string clientId, CancellationToken cancellationToken)
    {
        try
        {
            await client.ConnectAsync(ConnectMapping.ToNet(options, clientId), cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (MqttConnectingFailedException e) when (e.InnerException is { } cause)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return NetFailure.RootOf(cause);
        }
    }

    /// <summary>The timeout is told from the caller's cancellation.</summary>
    private async Task<T> InTimeAsync<T>(Func<CancellationToken, Task<T>> step, TimeSpan timeout, string what, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await step(either.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (either.IsCancellationRequested && e is OperationCanceledException or IOException or MqttConnectException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!late.IsCancellationRequested) throw;
            throw new MqttConnectException(
                MqttConnectFailure.Timeout, $"No {what} from {options.Host}:{options.Port}{MqttTransport.Way(options)} within {timeout.TotalSeconds:F0} s.", "Check the network and the firewall; it may pass.", e);
        }
    }

    private MqttConnectException ClosedEarly(Exception cause) => new(
        MqttConnectFailure.ClosedBeforeConnAck, $"{options.Host}:{options.Port} closed the connection without an answer to CONNECT ({PrintableText.Of(cause.Message.TrimEnd('.'))}).",
        "On AWS IoT: check that the certificate is registered and active, and that its policy allows iot:Connect for this client id.", cause);

    private static MqttConnectException Confused(string message, Exception? cause) =>
        new(MqttConnectFailure.Protocol, message, "Check that host and port are those of an MQTT server.", cause);
}
