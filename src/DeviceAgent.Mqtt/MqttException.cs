namespace DeviceAgent.Mqtt;

/// <summary>Everything that this client throws for a reason of MQTT or of the network.</summary>
public abstract class MqttException : Exception
{
    private protected MqttException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}

/// <summary>There is no connection to do it on.</summary>
public sealed class MqttNotConnectedException : MqttException
{
    internal MqttNotConnectedException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}

/// <summary>The connection ended before a message was acknowledged. Whether it arrived is unknown: publish it again.</summary>
public sealed class MqttConnectionLostException : MqttException
{
    internal MqttConnectionLostException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}

/// <summary>The server did not answer a packet in time.</summary>
public sealed class MqttTimeoutException : MqttException
{
    internal MqttTimeoutException(string message) : base(message)
    {
    }
}

/// <summary>A limit of the service, or of this connection, would be broken. Nothing was sent.</summary>
public sealed class MqttLimitException : MqttException
{
    internal MqttLimitException(string limit, long value, long maximum) : base($"{limit}: {value}, the limit is {maximum}.") => Limit = limit;

    /// <summary>Which limit.</summary>
    public string Limit { get; }
}

/// <summary>The other side sent what MQTT does not allow. The connection cannot go on.</summary>
public sealed class MqttProtocolException : MqttException
{
    /// <summary>Says what is wrong.</summary>
    /// <param name="reasonCode">What a DISCONNECT would say about it.</param>
    /// <param name="message">What was wrong; never holds a payload.</param>
    public MqttProtocolException(MqttReasonCode reasonCode, string message) : base(message) => ReasonCode = reasonCode;

    /// <summary>What a DISCONNECT would say about it.</summary>
    public MqttReasonCode ReasonCode { get; }

    internal static MqttProtocolException Malformed(string message) => new(MqttReasonCode.MalformedPacket, message);

    internal static MqttProtocolException Error(string message) => new(MqttReasonCode.ProtocolError, message);
}
