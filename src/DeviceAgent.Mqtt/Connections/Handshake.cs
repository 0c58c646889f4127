using System.Security.Authentication;
using DeviceAgent.Mqtt.Codec;
using DeviceAgent.Mqtt.Packets;

namespace DeviceAgent.Mqtt.Connections;

/// <summary>Opens a stream and exchanges CONNECT and CONNACK. Whatever fails is one <see cref="MqttConnectException"/>.</summary>
internal sealed class Handshake(MqttClientOptions options, Func<CancellationToken, Task<Stream>> open, TimeProvider timeProvider)
{
    /// <summary>The channel is the caller's.</summary>
    public async Task<(MqttChannel Channel, ConnAckPacket Ack)> RunAsync(string clientId, CancellationToken cancellationToken)
    {
        var stream = await InTimeAsync(open, options.ConnectTimeout, "connection", cancellationToken).ConfigureAwait(false);
        var channel = new MqttChannel(stream, options.MaximumPacketSize, options.ProtocolVersion);
        try
        {
            var ack = await InTimeAsync(token => ExchangeAsync(channel, clientId, token), options.ConnAckTimeout, "CONNACK", cancellationToken).ConfigureAwait(false);
            return (channel, ack);
        }
        catch
        {
            await channel.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<ConnAckPacket> ExchangeAsync(MqttChannel channel, string clientId, CancellationToken cancellationToken)
    {
        MqttPacket? answer;
        try
        {
            await channel.WriteAsync(ConnectRequest.Of(options, clientId), cancellationToken).ConfigureAwait(false);
            answer = await channel.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (MqttProtocolException e)
        {
            throw Confused($"The server's answer is not MQTT: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            throw ClosedEarly(e);
        }

        if (answer is null) throw ClosedEarly(null);
        if (answer is not ConnAckPacket ack) throw Confused($"The server answered CONNECT with {answer.Type}.", null);
        if (ack.ReasonCode != MqttReasonCode.Success) throw ConnectRequest.Refusal(ack, clientId);
        if (ack.SessionPresent && options.CleanStart) throw Confused("The server resumed a session that was to be thrown away.", null);
        return ack;
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
                MqttConnectFailure.Timeout, $"No {what} from {options.Host}:{options.Port} within {timeout.TotalSeconds:F0} s.", "Check the network and the firewall; it may pass.", e);
        }
    }

    private MqttConnectException ClosedEarly(Exception? cause) => new(
        MqttConnectFailure.ClosedBeforeConnAck, $"{options.Host}:{options.Port} closed the connection without an answer to CONNECT{(cause is null ? "" : $" ({cause.Message})")}.",
        "On AWS IoT: check that the certificate is registered and active, and that its policy allows iot:Connect for this client id.", cause);

    private static MqttConnectException Confused(string message, Exception? cause) =>
        new(MqttConnectFailure.Protocol, message, "Check that host and port are those of an MQTT server.", cause);
}
