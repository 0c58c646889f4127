namespace DeviceAgent.Testbed.Broker.Codec;

/// <summary>The other side sent what MQTT does not allow. The connection cannot go on.</summary>
public sealed class ProtocolException : Exception
{
    /// <summary>Says what is wrong.</summary>
    /// <param name="reasonCode">What a DISCONNECT would say about it.</param>
    /// <param name="message">What was wrong; never holds a payload.</param>
    public ProtocolException(ReasonCode reasonCode, string message) : base(message) => ReasonCode = reasonCode;

    /// <summary>What a DISCONNECT would say about it.</summary>
    public ReasonCode ReasonCode { get; }

    internal static ProtocolException Malformed(string message) => new(ReasonCode.MalformedPacket, message);

    internal static ProtocolException Error(string message) => new(ReasonCode.ProtocolError, message);
}
