
namespace DeviceAgent.Testbed.Broker.Codec;

/// <summary>Reads the properties of a packet by the rules of <see cref="PropertyRules"/>.</summary>
internal static class PropertyReader
{
    /// <summary>Null when there are none, or when the connection speaks 3.1.1.</summary>
    public static MqttProperties? Read(ref PacketReader reader, PropertyOwner owner, ProtocolVersion version)
    {
        if (version != ProtocolVersion.V5) return null;
        var size = reader.VariableInteger();
        if (size == 0) return null;
        var part = reader.Part(size);
        var properties = new MqttProperties();
        var userProperties = new List<UserProperty>();
        var subscriptions = new List<uint>();
        ulong seen = 0;
        while (!part.AtEnd)
        {
            var number = part.VariableInteger();
            var id = (PropertyId)number;
            if ((PropertyRules.OwnersOf(id) & owner) == 0) throw ProtocolException.Malformed($"Property 0x{number:X2} in {owner}.");
            if ((seen & (1UL << (int)id)) != 0 && !PropertyRules.MayRepeat(id, owner)) throw ProtocolException.Error($"{id} twice in {owner}.");
            seen |= 1UL << (int)id;
            switch (id)
            {
                case PropertyId.UserProperty: userProperties.Add(new(part.Text(), part.Text())); break;
                case PropertyId.SubscriptionIdentifier: subscriptions.Add((uint)NotZero(part.VariableInteger(), id)); break;
                default: ReadSingle(ref part, id, properties); break;
            }
        }

        if (properties.AuthenticationData is not null && properties.AuthenticationMethod is null)
            throw ProtocolException.Error("Authentication data without a method.");
        if (userProperties.Count > 0) properties.UserProperties = userProperties;
        if (subscriptions.Count > 0) properties.SubscriptionIdentifiers = subscriptions;
        return properties;
    }

    private static void ReadSingle(ref PacketReader part, PropertyId id, MqttProperties to)
    {
        switch (id)
        {
            case PropertyId.PayloadFormatIndicator: to.PayloadFormatIndicator = part.Flag(nameof(PropertyId.PayloadFormatIndicator)); break;
            case PropertyId.MessageExpiryInterval: to.MessageExpiryInterval = part.UInt32(); break;
            case PropertyId.ContentType: to.ContentType = part.Text(); break;
            case PropertyId.ResponseTopic: to.ResponseTopic = TopicRules.CheckedTopic(part.Text()); break;
            case PropertyId.CorrelationData: to.CorrelationData = part.Binary(); break;
            case PropertyId.SessionExpiryInterval: to.SessionExpiryInterval = part.UInt32(); break;
            case PropertyId.AssignedClientIdentifier: to.AssignedClientIdentifier = part.Text(); break;
            case PropertyId.ServerKeepAlive: to.ServerKeepAlive = part.UInt16(); break;
            case PropertyId.AuthenticationMethod: to.AuthenticationMethod = part.Text(); break;
            case PropertyId.AuthenticationData: to.AuthenticationData = part.Binary(); break;
            case PropertyId.RequestProblemInformation: to.RequestProblemInformation = part.Flag(nameof(PropertyId.RequestProblemInformation)); break;
            case PropertyId.WillDelayInterval: to.WillDelayInterval = part.UInt32(); break;
            case PropertyId.RequestResponseInformation: to.RequestResponseInformation = part.Flag(nameof(PropertyId.RequestResponseInformation)); break;
            case PropertyId.ResponseInformation: to.ResponseInformation = part.Text(); break;
            case PropertyId.ServerReference: to.ServerReference = part.Text(); break;
            case PropertyId.ReasonString: to.ReasonString = part.Text(); break;
            case PropertyId.ReceiveMaximum: to.ReceiveMaximum = (ushort)NotZero(part.UInt16(), id); break;
            case PropertyId.TopicAliasMaximum: to.TopicAliasMaximum = part.UInt16(); break;
            case PropertyId.TopicAlias: to.TopicAlias = Alias(part.UInt16()); break;
            case PropertyId.MaximumQualityOfService:
                to.MaximumQualityOfService = part.Flag(nameof(PropertyId.MaximumQualityOfService)) ? QualityOfService.AtLeastOnce : QualityOfService.AtMostOnce;
                break;
            case PropertyId.RetainAvailable: to.RetainAvailable = part.Flag(nameof(PropertyId.RetainAvailable)); break;
            case PropertyId.MaximumPacketSize: to.MaximumPacketSize = (uint)NotZero(part.UInt32(), id); break;
            case PropertyId.WildcardSubscriptionAvailable: to.WildcardSubscriptionAvailable = part.Flag(nameof(PropertyId.WildcardSubscriptionAvailable)); break;
            case PropertyId.SubscriptionIdentifierAvailable: to.SubscriptionIdentifierAvailable = part.Flag(nameof(PropertyId.SubscriptionIdentifierAvailable)); break;
            case PropertyId.SharedSubscriptionAvailable: to.SharedSubscriptionAvailable = part.Flag(nameof(PropertyId.SharedSubscriptionAvailable)); break;
        }
    }

    private static long NotZero(long value, PropertyId id) => value != 0 ? value : throw ProtocolException.Error($"{id} is 0.");

    private static ushort Alias(ushort value) =>
        value != 0 ? value : throw new ProtocolException(ReasonCode.TopicAliasInvalid, "Topic alias 0.");
}
