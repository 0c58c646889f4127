using System.Globalization;
using Microsoft.Extensions.Logging;
using MQTTnet.Diagnostics.Logger;

namespace DeviceAgent.Mqtt.Connections;

/// <summary>What MQTTnet says, at trace: it names topics and lengths, never a payload or a password.</summary>
internal sealed class NetLog(ILogger logger) : IMqttNetLogger
{
    public bool IsEnabled => logger.IsEnabled(LogLevel.Trace);

    public void Publish(MqttNetLogLevel level, string source, string message, object[] parameters, Exception exception)
    {
        if (!IsEnabled) return;
        Log.Library(logger, exception, source, parameters is { Length: > 0 } ? string.Format(CultureInfo.InvariantCulture, message, parameters) : message);
    }
}
