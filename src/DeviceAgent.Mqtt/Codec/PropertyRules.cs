namespace DeviceAgent.Mqtt.Codec;

/// <summary>Which property may stand where, and how often.</summary>
internal static class PropertyRules
{
    public static PropertyOwner OwnersOf(PropertyId id) => id switch
    {
        PropertyId.PayloadFormatIndicator or PropertyId.MessageExpiryInterval or PropertyId.ContentType or PropertyId.ResponseTopic
            or PropertyId.CorrelationData => PropertyOwner.Publish | PropertyOwner.Will,
        PropertyId.SubscriptionIdentifier => PropertyOwner.Publish | PropertyOwner.Subscribe,
        PropertyId.SessionExpiryInterval => PropertyOwner.Connect | PropertyOwner.ConnAck | PropertyOwner.Disconnect,
        PropertyId.AuthenticationMethod or PropertyId.AuthenticationData => PropertyOwner.Connect | PropertyOwner.ConnAck | PropertyOwner.Auth,
        PropertyId.RequestProblemInformation or PropertyId.RequestResponseInformation => PropertyOwner.Connect,
        PropertyId.WillDelayInterval => PropertyOwner.Will,
        PropertyId.ServerReference => PropertyOwner.ConnAck | PropertyOwner.Disconnect,
        PropertyId.ReasonString => PropertyOwner.ConnAck | PropertyOwner.PublishReply | PropertyOwner.SubAck | PropertyOwner.UnsubAck
            | PropertyOwner.Disconnect | PropertyOwner.Auth,
        PropertyId.ReceiveMaximum or PropertyId.TopicAliasMaximum or PropertyId.MaximumPacketSize => PropertyOwner.Connect | PropertyOwner.ConnAck,
        PropertyId.TopicAlias => PropertyOwner.Publish,
        PropertyId.UserProperty => PropertyOwner.Any,
        PropertyId.AssignedClientIdentifier or PropertyId.ServerKeepAlive or PropertyId.ResponseInformation or PropertyId.MaximumQualityOfService
            or PropertyId.RetainAvailable or PropertyId.WildcardSubscriptionAvailable or PropertyId.SubscriptionIdentifierAvailable
            or PropertyId.SharedSubscriptionAvailable => PropertyOwner.ConnAck,
        _ => PropertyOwner.None,
    };

    public static bool MayRepeat(PropertyId id, PropertyOwner owner) =>
        id == PropertyId.UserProperty || (id == PropertyId.SubscriptionIdentifier && owner == PropertyOwner.Publish);
}
