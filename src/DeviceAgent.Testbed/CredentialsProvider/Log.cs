using Microsoft.Extensions.Logging;

namespace DeviceAgent.Testbed.CredentialsProvider;

internal static partial class Log
{
    [LoggerMessage(1101, LogLevel.Information, "Credentials for certificate {CertificateId}, thing {ThingName}, alias {RoleAlias}: valid until {Expiration:u}")]
    public static partial void Issued(ILogger logger, string certificateId, string? thingName, string roleAlias, DateTimeOffset expiration);

    [LoggerMessage(1102, LogLevel.Information, "No credentials for certificate {CertificateId}, thing {ThingName}, target {Target}: {Status} {Reason}")]
    public static partial void Refused(ILogger logger, string? certificateId, string? thingName, string target, int status, string reason);

    [LoggerMessage(1103, LogLevel.Information, "TLS refused: the client sent '{Sent}' as server name (SNI), this endpoint is '{Expected}'")]
    public static partial void WrongServerName(ILogger logger, string sent, string expected);

    [LoggerMessage(1104, LogLevel.Information, "TLS refused: the client sent no certificate")]
    public static partial void NoCertificate(ILogger logger);

    [LoggerMessage(1105, LogLevel.Information, "TLS refused: certificate {CertificateId} ({Subject}) is not one of this account's, or not valid now")]
    public static partial void ForeignCertificate(ILogger logger, string certificateId, string subject);

    [LoggerMessage(1106, LogLevel.Information, "Fault: the connection of certificate {CertificateId} is torn down instead of an answer")]
    public static partial void Reset(ILogger logger, string certificateId);
}
