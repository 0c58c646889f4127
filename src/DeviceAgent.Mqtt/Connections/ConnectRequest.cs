using DeviceAgent.Mqtt.Packets;

namespace DeviceAgent.Mqtt.Connections;

/// <summary>Options to packets: CONNECT, its answer, and the messages.</summary>
internal static class ConnectRequest
{
    public static ConnectPacket Of(MqttClientOptions options, string clientId) => new()
    {
        Version = options.ProtocolVersion,
        ClientId = clientId,
        CleanStart = options.CleanStart,
        KeepAlive = (ushort)options.KeepAlive.TotalSeconds,
        UserName = options.UserName,
        Password = options.Password,
        Will = options.Will is { } will ? WillOf(will) : null,
        Properties = new MqttProperties
        {
            SessionExpiryInterval = (uint)options.SessionExpiry.TotalSeconds,
            ReceiveMaximum = (ushort)options.ReceiveMaximum,
            MaximumPacketSize = (uint)options.MaximumPacketSize,
        },
    };

    public static MqttConnectResult ResultOf(ConnAckPacket ack, MqttClientOptions options, string clientId)
    {
        var granted = ack.Properties;
        var expiry = granted?.SessionExpiryInterval is { } seconds ? TimeSpan.FromSeconds(seconds) : options.SessionExpiry;
        return new MqttConnectResult(
            ack.SessionPresent,
            granted?.AssignedClientIdentifier ?? clientId,
            granted?.ServerKeepAlive is { } keepAlive ? TimeSpan.FromSeconds(keepAlive) : options.KeepAlive,
            options.ProtocolVersion == MqttProtocolVersion.V5 ? expiry : null);
    }

    public static MqttConnectException Refusal(ConnAckPacket ack, string clientId)
    {
        var said = ack.ReturnCode is { } code ? $"return code {code}, {ack.ReasonCode}" : $"{ack.ReasonCode} (0x{(int)ack.ReasonCode:X2})";
        var words = ack.Properties?.ReasonString is { } reason ? $": {reason}" : "";
        return new MqttConnectException(MqttConnectFailure.Refused, $"The server refused the client id '{clientId}' with {said}{words}.", RemedyFor(ack.ReasonCode))
        {
            ReasonCode = ack.ReasonCode,
            ReturnCode = ack.ReturnCode,
        };
    }

    private static WillMessage WillOf(MqttWill will)
    {
        var properties = PublishMapping.PropertiesOf(will.Message) ?? new MqttProperties();
        if (will.Delay > TimeSpan.Zero) properties.WillDelayInterval = (uint)will.Delay.TotalSeconds;
        return new WillMessage(will.Message.Topic, will.Message.Payload)
        {
            QualityOfService = will.Message.QualityOfService,
            Retain = will.Message.Retain,
            Properties = properties,
        };
    }

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
