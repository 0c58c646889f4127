namespace DeviceAgent.Testbed.Broker.Codec;

/// <summary>The reason codes of MQTT 5; failures from 0x80 on. The return codes of 3.1.1 are mapped to them.</summary>
public enum ReasonCode
{
    /// <summary>Success; also «normal disconnection» and «granted QoS 0».</summary>
    Success = 0x00,

    /// <summary>The subscription was granted with QoS 1.</summary>
    GrantedQos1 = 0x01,

    /// <summary>The subscription was granted with QoS 2.</summary>
    GrantedQos2 = 0x02,

    /// <summary>The client leaves, and its will shall be sent.</summary>
    DisconnectWithWillMessage = 0x04,

    /// <summary>Accepted, but nobody is subscribed.</summary>
    NoMatchingSubscribers = 0x10,

    /// <summary>There was no such subscription to end.</summary>
    NoSubscriptionExisted = 0x11,

    /// <summary>The next step of an authentication.</summary>
    ContinueAuthentication = 0x18,

    /// <summary>The start of a new authentication.</summary>
    ReAuthenticate = 0x19,

    /// <summary>Refused without a reason; in 3.1.1 the SUBACK of a refused filter.</summary>
    UnspecifiedError = 0x80,

    /// <summary>The bytes cannot be read as a packet.</summary>
    MalformedPacket = 0x81,

    /// <summary>The packet is readable, but not allowed here.</summary>
    ProtocolError = 0x82,

    /// <summary>The receiver does not accept the packet.</summary>
    ImplementationSpecificError = 0x83,

    /// <summary>The server does not speak this version.</summary>
    UnsupportedProtocolVersion = 0x84,

    /// <summary>The client id is not allowed.</summary>
    ClientIdentifierNotValid = 0x85,

    /// <summary>The user name or password is wrong.</summary>
    BadUserNameOrPassword = 0x86,

    /// <summary>The policy does not allow it.</summary>
    NotAuthorized = 0x87,

    /// <summary>The server is not available.</summary>
    ServerUnavailable = 0x88,

    /// <summary>The server is busy.</summary>
    ServerBusy = 0x89,

    /// <summary>The client is banned.</summary>
    Banned = 0x8A,

    /// <summary>The server is shutting down.</summary>
    ServerShuttingDown = 0x8B,

    /// <summary>The authentication method is not supported.</summary>
    BadAuthenticationMethod = 0x8C,

    /// <summary>Nothing was received for 1.5 times the keep-alive.</summary>
    KeepAliveTimeout = 0x8D,

    /// <summary>Another connection uses the same client id.</summary>
    SessionTakenOver = 0x8E,

    /// <summary>The topic filter is not allowed.</summary>
    TopicFilterInvalid = 0x8F,

    /// <summary>The topic is not allowed.</summary>
    TopicNameInvalid = 0x90,

    /// <summary>The packet id is in use.</summary>
    PacketIdentifierInUse = 0x91,

    /// <summary>The packet id is not known.</summary>
    PacketIdentifierNotFound = 0x92,

    /// <summary>More QoS 1 messages at a time than announced.</summary>
    ReceiveMaximumExceeded = 0x93,

    /// <summary>The topic alias is not allowed.</summary>
    TopicAliasInvalid = 0x94,

    /// <summary>The packet is larger than the receiver takes.</summary>
    PacketTooLarge = 0x95,

    /// <summary>Too many messages in too short a time.</summary>
    MessageRateTooHigh = 0x96,

    /// <summary>A limit of the account or the connection is reached.</summary>
    QuotaExceeded = 0x97,

    /// <summary>Ended by an administrator.</summary>
    AdministrativeAction = 0x98,

    /// <summary>The payload is not what the format indicator says.</summary>
    PayloadFormatInvalid = 0x99,

    /// <summary>The server does not retain messages.</summary>
    RetainNotSupported = 0x9A,

    /// <summary>The server does not do this QoS.</summary>
    QosNotSupported = 0x9B,

    /// <summary>Use another server for now.</summary>
    UseAnotherServer = 0x9C,

    /// <summary>Use another server from now on.</summary>
    ServerMoved = 0x9D,

    /// <summary>The server does not do shared subscriptions.</summary>
    SharedSubscriptionsNotSupported = 0x9E,

    /// <summary>Too many connections in too short a time.</summary>
    ConnectionRateExceeded = 0x9F,

    /// <summary>The connection was open for as long as is allowed.</summary>
    MaximumConnectTime = 0xA0,

    /// <summary>The server does not do subscription identifiers.</summary>
    SubscriptionIdentifiersNotSupported = 0xA1,

    /// <summary>The server does not do wildcards.</summary>
    WildcardSubscriptionsNotSupported = 0xA2,
}

/// <summary>Which reason codes a packet may carry (MQTT 5, table 2-6), and the return codes of 3.1.1.</summary>
internal static class ReasonCodes
{
    private static readonly Dictionary<PacketType, HashSet<byte>> Allowed = new()
    {
        [PacketType.ConnAck] =
        [
            0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x90, 0x95, 0x97, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F,
        ],
        [PacketType.PubAck] = [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99],
        [PacketType.PubRec] = [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99],
        [PacketType.PubRel] = [0x00, 0x92],
        [PacketType.PubComp] = [0x00, 0x92],
        [PacketType.SubAck] = [0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2],
        [PacketType.UnsubAck] = [0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91],
        [PacketType.Disconnect] =
        [
            0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8C, 0x8D, 0x8E, 0x8F, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0x9B,
            0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2,
        ],
        [PacketType.Auth] = [0x00, 0x18, 0x19],
    };

    public static ReasonCode Read(ref PacketReader reader, PacketType type)
    {
        var code = reader.Byte();
        return Allowed[type].Contains(code)
            ? (ReasonCode)code
            : throw ProtocolException.Error($"Reason code 0x{code:X2} in {type}.");
    }

    public static void Write(PacketWriter writer, ReasonCode code, PacketType type)
    {
        if (!Allowed[type].Contains((byte)code)) throw new ArgumentException($"Reason code {code} has no place in {type}.");
        writer.Byte((int)code);
    }

    /// <summary>The reason code for a CONNACK return code of 3.1.1; 7 is AWS IoT's «not authorized».</summary>
    public static ReasonCode OfReturnCode(byte code) => code switch
    {
        0 => ReasonCode.Success,
        1 => ReasonCode.UnsupportedProtocolVersion,
        2 => ReasonCode.ClientIdentifierNotValid,
        3 => ReasonCode.ServerUnavailable,
        4 => ReasonCode.BadUserNameOrPassword,
        5 or 7 => ReasonCode.NotAuthorized,
        _ => ReasonCode.UnspecifiedError,
    };

    /// <summary>The return code of 3.1.1 for a reason; those without one become «server unavailable».</summary>
    public static byte ToReturnCode(ReasonCode reason) => reason switch
    {
        ReasonCode.Success => 0,
        ReasonCode.UnsupportedProtocolVersion => 1,
        ReasonCode.ClientIdentifierNotValid => 2,
        ReasonCode.BadUserNameOrPassword => 4,
        ReasonCode.NotAuthorized or ReasonCode.Banned or ReasonCode.BadAuthenticationMethod => 5,
        _ => 3,
    };
}
