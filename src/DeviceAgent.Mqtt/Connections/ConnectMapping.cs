using System.Net;
using DeviceAgent.Credentials.Text;
using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace DeviceAgent.Mqtt.Connections;

/// <summary>CONNECT and CONNACK, in our words and in MQTTnet's.</summary>
internal static class ConnectMapping
{
    public static MQTTnet.Formatter.MqttProtocolVersion VersionOf(MqttClientOptions options) =>
        options.ProtocolVersion == MqttProtocolVersion.V5 ? MQTTnet.Formatter.MqttProtocolVersion.V500 : MQTTnet.Formatter.MqttProtocolVersion.V311;

    public static MQTTnet.MqttClientOptions ToNet(MqttClientOptions options, string clientId)
    {
        var asked = new MQTTnet.MqttClientOptions
        {
            // The stream is open already; this is only what the log says.
            ChannelOptions = new MqttClientTcpOptions { RemoteEndpoint = new DnsEndPoint(options.Host, options.Port) },
            ProtocolVersion = VersionOf(options),
            ClientId = clientId,
            CleanSession = options.CleanStart,
            // The guarded adapter puts the wanted one into the packet, and watches over it.
            KeepAlivePeriod = TimeSpan.Zero,
            SessionExpiryInterval = (uint)options.SessionExpiry.TotalSeconds,
            ReceiveMaximum = (ushort)options.ReceiveMaximum,
            MaximumPacketSize = (uint)options.MaximumPacketSize,
            Credentials = options.UserName is null && options.Password is null ? null : new MqttClientCredentials(options.UserName, MessageMapping.ArrayOf(options.Password)),
            ValidateFeatures = false,
            AllowPacketFragmentation = false,
        };
        if (options.Will is { } will) Add(will, asked);
        return asked;
    }

    public static MqttConnectResult ResultOf(MqttConnAckPacket ack, int serverKeepAlive, MqttClientOptions options, string clientId)
    {
        var isV5 = options.ProtocolVersion == MqttProtocolVersion.V5;
        return new MqttConnectResult(
            ack.IsSessionPresent,
            string.IsNullOrEmpty(ack.AssignedClientIdentifier) ? clientId : PrintableText.Of(ack.AssignedClientIdentifier),
            serverKeepAlive > 0 ? TimeSpan.FromSeconds(serverKeepAlive) : options.KeepAlive,
            !isV5 ? null : ack.SessionExpiryInterval > 0 ? TimeSpan.FromSeconds(ack.SessionExpiryInterval) : options.SessionExpiry);
    }

    /// <summary>Null when it was accepted.</summary>
    public static MqttConnectException? RefusalOf(MqttConnAckPacket ack, MqttProtocolVersion version, string clientId)
    {
        var returned = version == MqttProtocolVersion.V311 ? (byte?)(int)ack.ReturnCode : null;
        var code = returned is { } raw ? OfReturnCode(raw) : (MqttReasonCode)(int)ack.ReasonCode;
        if (code == MqttReasonCode.Success) return null;
        var said = returned is null ? $"{code} (0x{(int)code:X2})" : $"return code {returned}, {code}";
        var words = ack.ReasonString is { } reason ? $": {PrintableText.Of(reason)}" : "";
        return new MqttConnectException(MqttConnectFailure.Refused, $"The server refused the client id '{clientId}' with {said}{words}.", RemedyFor(code))
        {
            ReasonCode = code,
            ReturnCode = returned,
        };
    }

    private static void Add(MqttWill will, MQTTnet.MqttClientOptions asked)
    {
        var message = will.Message;
        asked.WillTopic = message.Topic;
        asked.WillPayload = MessageMapping.ArrayOf(message.Payload);
        asked.WillQualityOfServiceLevel = (MqttQualityOfServiceLevel)(int)message.QualityOfService;
        asked.WillRetain = message.Retain;
        asked.WillDelayInterval = MessageMapping.SecondsOf(will.Delay);
        asked.WillContentType = message.ContentType;
        asked.WillResponseTopic = message.ResponseTopic;
        asked.WillCorrelationData = MessageMapping.ArrayOf(message.CorrelationData);
        asked.WillMessageExpiryInterval = MessageMapping.SecondsOf(message.Expiry);
        asked.WillUserProperties = MessageMapping.PropertiesOf(message);
    }

    /// <summary>A return code of 3.1.1 in the words of 5; 7 is AWS IoT's «not authorized».</summary>
    private static MqttReasonCode OfReturnCode(byte code) => code switch
    {
        0 => MqttReasonCode.Success,
        1 => MqttReasonCode.UnsupportedProtocolVersion,
        2 => MqttReasonCode.ClientIdentifierNotValid,
        3 => MqttReasonCode.ServerUnavailable,
        4 => MqttReasonCode.BadUserNameOrPassword,
        5 or 7 => MqttReasonCode.NotAuthorized,
        _ => MqttReasonCode.UnspecifiedError,
    };

    private static string RemedyFor(MqttReasonCode reason) => reason switch
    {
        MqttReasonCode.NotAuthorized => "Check that the certificate is active and its policy allows iot:Connect for this client id.",
        MqttReasonCode.BadUserNameOrPassword => "Check the user name and the password.",
        MqttReasonCode.ClientIdentifierNotValid => "Use a client id that the server allows: not empty, at most 128 bytes, no $ at its start.",
        MqttReasonCode.UnsupportedProtocolVersion => "Use the other protocol version.",
        MqttReasonCode.PacketTooLarge or MqttReasonCode.QosNotSupported or MqttReasonCode.RetainNotSupported => "Check the will.",
        MqttReasonCode.UseAnotherServer or MqttReasonCode.ServerMoved => "Use the endpoint that the account has now.",
        _ => "It may pass: try again later.",
    };
}
