using DeviceAgent.Testbed.Broker.Codec;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Testbed.Broker;

internal static partial class Log
{
    [LoggerMessage(1301, LogLevel.Information, "{ClientId} connected with certificate {CertificateId} from {Address}, {Version}, session kept: {SessionPresent}")]
    public static partial void Connected(ILogger logger, string clientId, string certificateId, string address, ProtocolVersion version, bool sessionPresent);

    [LoggerMessage(1302, LogLevel.Information, "{ClientId} disconnected: {Reason}. {Detail}")]
    public static partial void Disconnected(ILogger logger, string clientId, string reason, string detail);

    [LoggerMessage(1303, LogLevel.Information, "Connection of certificate {CertificateId} from {Address} ended before it was accepted: {Detail}")]
    public static partial void NotAccepted(ILogger logger, string certificateId, string address, string detail);

    [LoggerMessage(1304, LogLevel.Error, "A packet from {Address} could not be dealt with")]
    public static partial void Failed(ILogger logger, Exception exception, string address);
}
