using System.Text;
using DeviceAgent.Testbed.Broker.Codec;
using DeviceAgent.Testbed.Broker.Topics;

namespace DeviceAgent.Testbed.Broker.Connections;

/// <summary>What a CONNECT must not ask for.</summary>
internal static class ConnectRules
{
    /// <summary>Why it is refused, or null.</summary>
    public static ReasonCode? Refusal(ConnectPacket connect, BrokerLimits limits)
    {
        if (connect.Properties?.AuthenticationMethod is not null) return ReasonCode.BadAuthenticationMethod;
        if (connect.ClientId.Length == 0 && connect.Version == ProtocolVersion.V311 && !connect.CleanStart) return ReasonCode.ClientIdentifierNotValid;
        if (connect.ClientId.StartsWith('$') || Encoding.UTF8.GetByteCount(connect.ClientId) > limits.Packets.ClientIdBytes) return ReasonCode.ClientIdentifierNotValid;
        if (connect.Will is not { } will) return null;
        if (will.QualityOfService == QualityOfService.ExactlyOnce) return ReasonCode.QosNotSupported;
        if (TopicQuota.Breach(will.Topic, limits.Packets) is not null) return ReasonCode.TopicNameInvalid;
        return will.Payload.Length > limits.Packets.PayloadBytes ? ReasonCode.PacketTooLarge : null;
    }

    /// <summary>What the connection asks for, as policies name it.</summary>
    public static IReadOnlyList<string> Attributes(ConnectPacket connect, ConnectTerms terms)
    {
        var attributes = new List<string>();
        if (terms.Expiry > TimeSpan.Zero) attributes.Add("PersistentConnect");
        if (connect.Will is not null) attributes.Add("LastWill");
        return attributes;
    }
}
