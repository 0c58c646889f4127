namespace DeviceAgent.Mqtt;

/// <summary>A limit of the service, or of this connection, would be broken. Nothing was sent.</summary>
public sealed class MqttLimitException : MqttException
{
    internal MqttLimitException(string limit, long value, long maximum) : base($"{limit}: {value}, the limit is {maximum}.") => Limit = limit;

    /// <summary>Which limit.</summary>
    public string Limit { get; }
}
