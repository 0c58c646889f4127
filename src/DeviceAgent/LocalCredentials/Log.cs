using Microsoft.Extensions.Logging;

namespace DeviceAgent.LocalCredentials;

internal static partial class Log
{
    [LoggerMessage(2900, LogLevel.Warning, "A client of credentials.port is not known: {Problem}.")]
    public static partial void ClientIgnored(this ILogger logger, string problem);

    [LoggerMessage(2901, LogLevel.Error, "The audit log '{Path}' cannot be written: {Problem}. Credentials are handed out all the same; this is said once until it works again.")]
    public static partial void AuditFailed(this ILogger logger, string path, string problem);

    [LoggerMessage(2902, LogLevel.Warning, "credentials.imds is on: every local user can get the device's credentials on port {Port}.")]
    public static partial void OpenToAllUsers(this ILogger logger, int port);
}
