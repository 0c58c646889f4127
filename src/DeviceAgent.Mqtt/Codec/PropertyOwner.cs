namespace DeviceAgent.Mqtt.Codec;

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
