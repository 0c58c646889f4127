namespace DeviceAgent.Mqtt;

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
