
namespace DeviceAgent.Testbed.Broker.Codec;

/// <summary>Writes the properties of a packet; one that has no place in it is an <see cref="ArgumentException"/>.</summary>
internal static class PropertyWriter
{
    /// <summary>Nothing at all in 3.1.1.</summary>
    public static void Write(PacketWriter writer, MqttProperties? properties, PropertyOwner owner, ProtocolVersion version)
    {
        if (version != ProtocolVersion.V5) return;
        var start = writer.BeginLength();
        if (properties is not null) new Output(writer, owner).All(properties);
        writer.EndLength(start);
    }

    private readonly struct Output(PacketWriter writer, PropertyOwner owner)
    {
        public void All(MqttProperties from)
        {
            Flag(PropertyId.PayloadFormatIndicator, from.PayloadFormatIndicator);
            UInt32(PropertyId.MessageExpiryInterval, from.MessageExpiryInterval);
            Text(PropertyId.ContentType, from.ContentType);
            Text(PropertyId.ResponseTopic, from.ResponseTopic);
            Binary(PropertyId.CorrelationData, from.CorrelationData);
            Subscriptions(from.SubscriptionIdentifiers);
            UInt32(PropertyId.SessionExpiryInterval, from.SessionExpiryInterval);
            Text(PropertyId.AssignedClientIdentifier, from.AssignedClientIdentifier);
            UInt16(PropertyId.ServerKeepAlive, from.ServerKeepAlive);
            Text(PropertyId.AuthenticationMethod, from.AuthenticationMethod);
            Binary(PropertyId.AuthenticationData, from.AuthenticationData);
            Flag(PropertyId.RequestProblemInformation, from.RequestProblemInformation);
            UInt32(PropertyId.WillDelayInterval, from.WillDelayInterval);
            Flag(PropertyId.RequestResponseInformation, from.RequestResponseInformation);
            Text(PropertyId.ResponseInformation, from.ResponseInformation);
            Text(PropertyId.ServerReference, from.ServerReference);
            Text(PropertyId.ReasonString, from.ReasonString);
            UInt16(PropertyId.ReceiveMaximum, from.ReceiveMaximum);
            UInt16(PropertyId.TopicAliasMaximum, from.TopicAliasMaximum);
            UInt16(PropertyId.TopicAlias, from.TopicAlias);
            Flag(PropertyId.MaximumQualityOfService, from.MaximumQualityOfService is { } qos ? qos != QualityOfService.AtMostOnce : null);
            Flag(PropertyId.RetainAvailable, from.RetainAvailable);
            UInt32(PropertyId.MaximumPacketSize, from.MaximumPacketSize);
            Flag(PropertyId.WildcardSubscriptionAvailable, from.WildcardSubscriptionAvailable);
            Flag(PropertyId.SubscriptionIdentifierAvailable, from.SubscriptionIdentifierAvailable);
            Flag(PropertyId.SharedSubscriptionAvailable, from.SharedSubscriptionAvailable);
            foreach (var (name, value) in from.UserProperties)
            {
                Begin(PropertyId.UserProperty);
                writer.Text(name);
                writer.Text(value);
            }
        }

        private void Begin(PropertyId id)
        {
            if ((PropertyRules.OwnersOf(id) & owner) == 0) throw new ArgumentException($"{id} has no place in {owner}.");
            writer.Byte((int)id);
        }

        private void Flag(PropertyId id, bool? value)
        {
            if (value is null) return;
            Begin(id);
            writer.Byte(value.Value ? 1 : 0);
        }

        private void UInt16(PropertyId id, ushort? value)
        {
            if (value is null) return;
            if (value == 0 && (id is PropertyId.ReceiveMaximum or PropertyId.TopicAlias)) throw new ArgumentException($"{id} is never 0.");
            Begin(id);
            writer.UInt16(value.Value);
        }

        private void UInt32(PropertyId id, uint? value)
        {
            if (value is null) return;
            if (value == 0 && id == PropertyId.MaximumPacketSize) throw new ArgumentException($"{id} is never 0.");
            Begin(id);
            writer.UInt32(value.Value);
        }

        private void Text(PropertyId id, string? value)
        {
            if (value is null) return;
            Begin(id);
            writer.Text(value);
        }

        private void Binary(PropertyId id, ReadOnlyMemory<byte>? value)
        {
            if (value is null) return;
            Begin(id);
            writer.Binary(value.Value.Span);
        }

        private void Subscriptions(IReadOnlyList<uint> identifiers)
        {
            if (identifiers.Count > 1 && !PropertyRules.MayRepeat(PropertyId.SubscriptionIdentifier, owner))
                throw new ArgumentException("More than one subscription identifier.");
            foreach (var identifier in identifiers)
            {
                if (identifier == 0) throw new ArgumentException("A subscription identifier is never 0.");
                Begin(PropertyId.SubscriptionIdentifier);
                writer.VariableInteger(identifier);
            }
        }
    }
}
