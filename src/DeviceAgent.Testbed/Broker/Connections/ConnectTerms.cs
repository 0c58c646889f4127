using DeviceAgent.Testbed.Broker.Codec;


namespace DeviceAgent.Testbed.Broker.Connections;

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
