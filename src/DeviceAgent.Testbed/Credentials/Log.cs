using Microsoft.Extensions.Logging;

namespace DeviceAgent.Testbed.Credentials;

internal static partial class Log
{
    [LoggerMessage(1101, LogLevel.Information, "Credentials for certificate {CertificateId}, thing {ThingName}, alias {RoleAlias}: valid until {Expiration:u}")]
    public static partial void Issued(ILogger logger, string certificateId, string? thingName, string roleAlias, DateTimeOffset expiration);

    [LoggerMessage(1102, LogLevel.Information, "No credentials for certificate {CertificateId}, thing {ThingName}, target {Target}: {Status} {Reason}")]
    public static partial void Refused(ILogger logger, string? certificateId, string? thingName, string target, int status, string reason);

    [LoggerMessage(1106, LogLevel.Information, "Fault: the connection of certificate {CertificateId} is torn down instead of an answer")]
    public static partial void Reset(ILogger logger, string certificateId);
}
