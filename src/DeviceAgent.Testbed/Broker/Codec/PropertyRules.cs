namespace DeviceAgent.Testbed.Broker.Codec;

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

/// <summary>The properties of MQTT 5 (section 2.2.2.2).</summary>
internal enum PropertyId
{
    PayloadFormatIndicator = 0x01,
    MessageExpiryInterval = 0x02,
    ContentType = 0x03,
    ResponseTopic = 0x08,
    CorrelationData = 0x09,
    SubscriptionIdentifier = 0x0B,
    SessionExpiryInterval = 0x11,
    AssignedClientIdentifier = 0x12,
    ServerKeepAlive = 0x13,
    AuthenticationMethod = 0x15,
    AuthenticationData = 0x16,
    RequestProblemInformation = 0x17,
    WillDelayInterval = 0x18,
    RequestResponseInformation = 0x19,
    ResponseInformation = 0x1A,
    ServerReference = 0x1C,
    ReasonString = 0x1F,
    ReceiveMaximum = 0x21,
    TopicAliasMaximum = 0x22,
    TopicAlias = 0x23,
    MaximumQualityOfService = 0x24,
    RetainAvailable = 0x25,
    UserProperty = 0x26,
    MaximumPacketSize = 0x27,
    WildcardSubscriptionAvailable = 0x28,
    SubscriptionIdentifierAvailable = 0x29,
    SharedSubscriptionAvailable = 0x2A,
}

/// <summary>The places that properties can stand in.</summary>
[Flags]
internal enum PropertyOwner
{
    None = 0,
    Connect = 1,
    Will = 2,
    ConnAck = 4,
    Publish = 8,
    PublishReply = 16,
    Subscribe = 32,
    SubAck = 64,
    Unsubscribe = 128,
    UnsubAck = 256,
    Disconnect = 512,
    Auth = 1024,
    Any = 2047,
}
