using Microsoft.Extensions.Logging;

namespace DeviceAgent.Testbed.Hosting;

internal static partial class Log
{
    [LoggerMessage(1201, LogLevel.Information, "TLS refused: the client sent '{Sent}' as server name (SNI), this endpoint is '{Expected}'")]
    public static partial void WrongServerName(ILogger logger, string sent, string expected);

    [LoggerMessage(1202, LogLevel.Information, "TLS refused: the client sent no certificate")]
    public static partial void NoCertificate(ILogger logger);

    [LoggerMessage(1203, LogLevel.Information, "TLS refused: certificate {CertificateId} ({Subject}) is not one of this account's, or not valid now")]
    public static partial void ForeignCertificate(ILogger logger, string certificateId, string subject);
}
