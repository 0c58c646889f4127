using System.Text;
using DeviceAgent.Testbed.Broker.Codec;

namespace DeviceAgent.Testbed.Broker;

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

/// <summary>What a CONNECT asks for, as the broker grants it.</summary>
/// <param name="ClientId">The client's own id, or one made up for it.</param>
/// <param name="KeepAlive">The longest silence of the client is 1.5 times this.</param>
/// <param name="Expiry">How long its session outlives the connection.</param>
internal sealed record ConnectTerms(string ClientId, TimeSpan KeepAlive, TimeSpan Expiry)
{
    public static ConnectTerms Of(ConnectPacket connect, BrokerLimits limits)
    {
        var clientId = connect.ClientId.Length > 0 ? connect.ClientId : Guid.NewGuid().ToString();
        return new ConnectTerms(clientId, KeepAliveOf(connect, limits), ExpiryOf(connect, limits));
    }

    /// <summary>The properties of the CONNACK, in MQTT 5.</summary>
    public MqttProperties Granted(ConnectPacket connect, BrokerLimits limits) => new()
    {
        SessionExpiryInterval = (connect.Properties?.SessionExpiryInterval ?? 0) == (uint)Expiry.TotalSeconds ? null : (uint)Expiry.TotalSeconds,
        ReceiveMaximum = limits.ReceiveMaximum,
        MaximumQualityOfService = QualityOfService.AtLeastOnce,
        RetainAvailable = true,
        MaximumPacketSize = (uint)limits.PacketBytes,
        AssignedClientIdentifier = connect.ClientId.Length == 0 ? ClientId : null,
        TopicAliasMaximum = 0,
        WildcardSubscriptionAvailable = true,
        SubscriptionIdentifierAvailable = false,
        SharedSubscriptionAvailable = true,
        ServerKeepAlive = (ushort)KeepAlive.TotalSeconds,
    };

    private static TimeSpan KeepAliveOf(ConnectPacket connect, BrokerLimits limits)
    {
        var asked = TimeSpan.FromSeconds(connect.KeepAlive);
        if (asked == TimeSpan.Zero || asked > limits.LongestKeepAlive) return limits.LongestKeepAlive;
        return asked < limits.ShortestKeepAlive ? limits.ShortestKeepAlive : asked;
    }

    private static TimeSpan ExpiryOf(ConnectPacket connect, BrokerLimits limits)
    {
        if (connect.Version != ProtocolVersion.V5) return connect.CleanStart ? TimeSpan.Zero : limits.SessionExpiry;
        var asked = TimeSpan.FromSeconds(connect.Properties?.SessionExpiryInterval ?? 0);
        return asked > limits.SessionExpiry ? limits.SessionExpiry : asked;
    }
}

/// <summary>A client whose CONNECT was accepted.</summary>
/// <param name="Terms">What it was granted.</param>
/// <param name="Version">What it speaks.</param>
/// <param name="Session">Its session.</param>
/// <param name="Rights">What its policies allow.</param>
/// <param name="Status">As presence knows this connection.</param>
/// <param name="Will">What is published in its name when it vanishes, and how much later.</param>
internal sealed record AcceptedClient(
    ConnectTerms Terms, ProtocolVersion Version, ClientSession Session, DeviceRights Rights, ClientStatus Status, (BrokerMessage Message, TimeSpan Delay)? Will);

/// <summary>How soon a client id may connect again.</summary>
internal sealed class ConnectPace(TimeSpan interval, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _last = [];

    /// <summary>Whether it may connect now; if so, the time is noted.</summary>
    public bool TryTake(string clientId)
    {
        lock (_gate)
        {
            if (_last.TryGetValue(clientId, out var last) && time.GetElapsedTime(last) < interval) return false;
            _last[clientId] = time.GetTimestamp();
            return true;
        }
    }

    /// <summary>Drops what is of no more use.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            foreach (var (clientId, last) in _last)
            {
                if (time.GetElapsedTime(last) >= interval) _last.Remove(clientId);
            }
        }
    }
}
