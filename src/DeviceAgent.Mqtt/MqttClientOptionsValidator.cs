using System.Text;
using DeviceAgent.Mqtt.Connections;

namespace DeviceAgent.Mqtt;

/// <summary>Finds everything that is wrong with the options.</summary>
internal static class MqttClientOptionsValidator
{
    /// <summary>What MQTT can say in four bytes.</summary>
    private const int MaximumRemainingLength = 268_435_455;

    /// <exception cref="ArgumentException">Something is; all problems are listed.</exception>
    public static void ThrowIfInvalid(MqttClientOptions options)
    {
        var problems = Problems(options).ToList();
        if (problems.Count > 0) throw new ArgumentException(string.Join(" ", problems), nameof(options));
    }

    private static IEnumerable<string> Problems(MqttClientOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Host)) yield return "Host is empty.";
        if (options.Port is < 1 or > 65535) yield return $"Port is {options.Port}, not 1 to 65535.";
        if (options.Proxy is { } proxy && (string.IsNullOrWhiteSpace(proxy.Host) || proxy.Port is < 1 or > 65535)) yield return "Proxy needs a host and a port.";
        if (options.Proxy is { UserName: { } user } && user.Contains(':')) yield return "Proxy.UserName cannot hold a colon.";
        if (!Enum.IsDefined(options.ProtocolVersion)) yield return $"ProtocolVersion is {(int)options.ProtocolVersion}.";
        var idBytes = Encoding.UTF8.GetByteCount(options.ClientId);
        if (idBytes > options.Limits.ClientIdBytes) yield return $"ClientId has {idBytes} bytes; the limit is {options.Limits.ClientIdBytes}.";
        if (options.ClientId.StartsWith('$') || options.ClientId.Contains('\0')) yield return "ClientId starts with $ or holds U+0000.";
        if (options.ClientId.Length == 0 && !options.CleanStart) yield return "ClientId is empty: that needs CleanStart.";
        if (options.Password is not null && options.UserName is null) yield return "Password without UserName.";
        if (options.KeepAlive < TimeSpan.Zero || options.KeepAlive > TimeSpan.FromSeconds(65535)) yield return $"KeepAlive is {options.KeepAlive}, not 0 to 65535 s.";
        if (options.SessionExpiry < TimeSpan.Zero || options.SessionExpiry.TotalSeconds > uint.MaxValue) yield return $"SessionExpiry is {options.SessionExpiry}.";
        if (options.ConnectTimeout <= TimeSpan.Zero || options.ConnAckTimeout <= TimeSpan.Zero || options.AckTimeout <= TimeSpan.Zero) yield return "A timeout is not positive.";
        if (options.MaximumInFlight is < 1 or > 65535) yield return $"MaximumInFlight is {options.MaximumInFlight}, not 1 to 65535.";
        if (options.ReceiveMaximum is < 1 or > 65535) yield return $"ReceiveMaximum is {options.ReceiveMaximum}, not 1 to 65535.";
        if (options.MaximumPacketSize is < 64 or > MaximumRemainingLength) yield return $"MaximumPacketSize is {options.MaximumPacketSize}, not 64 to {MaximumRemainingLength}.";
        if (options.Will is { } will && !MqttTopicRules.IsTopic(will.Message.Topic)) yield return $"Will: '{will.Message.Topic}' is not a topic.";
        if (options.Will is { } w && w.Message.QualityOfService is not (MqttQualityOfService.AtMostOnce or MqttQualityOfService.AtLeastOnce)) yield return "Will: QoS 0 or 1.";
        if (options.Will is { } big && big.Message.Payload.Length > Math.Min(options.Limits.PayloadBytes, ushort.MaxValue)) yield return "Will: the payload is too large.";
    }
}
