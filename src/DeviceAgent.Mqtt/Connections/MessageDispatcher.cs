using Microsoft.Extensions.Logging;
using MQTTnet.Packets;

namespace DeviceAgent.Mqtt.Connections;

/// <summary>Hands messages to the handlers.</summary>
internal sealed class MessageDispatcher(ILogger logger)
{
    public Func<MqttMessage, CancellationToken, Task>? Handlers { get; set; }

    /// <summary>True when the message was handled and may be acknowledged.</summary>
    public async Task<bool> HandleAsync(MqttPublishPacket publish, CancellationToken cancellationToken)
    {
        try
        {
            if (Handlers is not { } handlers)
            {
                Log.NoHandler(logger, publish.Topic);
                return false;
            }

            var message = MessageMapping.ToMessage(publish);
            foreach (var handler in Delegate.EnumerateInvocationList(handlers)) await handler(message, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception e)
        {
            Log.HandlerFailed(logger, e, publish.Topic);
            return false;
        }
    }
}
