using DeviceAgent.Credentials.Text;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Mqtt;

/// <summary>Everything that the MQTT client logs. Event ids 4000 to 4099. Never a payload, never a secret.</summary>
internal static partial class Log
{
    [LoggerMessage(4000, LogLevel.Information, "MQTT connected to {Host}:{Port} as {ClientId}, in {Session}; keep-alive {KeepAlive}")]
    public static partial void Connected(ILogger logger, string host, int port, string clientId, string session, Duration keepAlive);

    [LoggerMessage(4001, LogLevel.Debug, "MQTT connection ended ({Reason}): {Message}")]
    public static partial void Disconnected(ILogger logger, MqttDisconnectReason reason, string message);

    [LoggerMessage(4002, LogLevel.Warning, "MQTT connection not made: {Message} Next attempt in {Delay}")]
    public static partial void ConnectFailed(ILogger logger, string message, Duration delay);

    [LoggerMessage(4003, LogLevel.Debug, "MQTT connection not made, as before ({Failures} times in a row): {Message} Next attempt in {Delay}")]
    public static partial void ConnectFailedAgain(ILogger logger, int failures, string message, Duration delay);

    [LoggerMessage(4004, LogLevel.Warning, "MQTT connection lost ({Reason}): {Message} Next attempt in {Delay}")]
    public static partial void Reconnecting(ILogger logger, MqttDisconnectReason reason, string message, Duration delay);

    [LoggerMessage(4005, LogLevel.Debug, "MQTT subscription to {Filter} refused: {ReasonCode}")]
    public static partial void SubscriptionRefused(ILogger logger, string filter, MqttReasonCode reasonCode);

    [LoggerMessage(4006, LogLevel.Information, "MQTT session was not kept by the server; subscriptions made again: {Count}")]
    public static partial void Resubscribing(ILogger logger, int count);

    [LoggerMessage(4007, LogLevel.Error, "The handler of MQTT messages failed on {Topic}; the message is not acknowledged")]
    public static partial void HandlerFailed(ILogger logger, Exception exception, string topic);

    [LoggerMessage(4008, LogLevel.Warning, "MQTT message on {Topic} has no handler; it is not acknowledged")]
    public static partial void NoHandler(ILogger logger, string topic);

    [LoggerMessage(4009, LogLevel.Warning, "MQTT messages of QoS 0 dropped, because the handler is slow: {Count} so far in this connection")]
    public static partial void Dropped(ILogger logger, long count);

    [LoggerMessage(4012, LogLevel.Error, "A handler of the MQTT {EventName} event failed")]
    public static partial void EventHandlerFailed(ILogger logger, Exception exception, string eventName);

    [LoggerMessage(4013, LogLevel.Error, "MQTT connection attempt failed unexpectedly; next attempt in {Delay}")]
    public static partial void Unexpected(ILogger logger, Exception exception, Duration delay);

    [LoggerMessage(4014, LogLevel.Trace, "MQTTnet {Source}: {Text}")]
    public static partial void Library(ILogger logger, Exception? exception, string source, string text);
}
