using Microsoft.Extensions.Logging;

namespace DeviceAgent.Local;

internal static partial class Log
{
    [LoggerMessage(2400, LogLevel.Information, "Local programs are answered on {Address}.")]
    public static partial void ListenerOpened(this ILogger logger, ListenAddress address);

    [LoggerMessage(2401, LogLevel.Error, "Local programs are not answered on {Address}: {Problem}. The agent goes on, and tries again every {Seconds} s.")]
    public static partial void ListenerNotOpened(this ILogger logger, ListenAddress address, string problem, double seconds);

    [LoggerMessage(2402, LogLevel.Error, "The answer to {Path} was broken off: {Problem}")]
    public static partial void AnswerBroken(this ILogger logger, string? path, string problem);

    [LoggerMessage(2403, LogLevel.Warning, "Readings of local programs that came last could not be committed, which they are told: {Problem}")]
    public static partial void LastCommitFailed(this ILogger logger, string problem);

    [LoggerMessage(2900, LogLevel.Warning, "A client of credentials.port is not known: {Problem}.")]
    public static partial void ClientIgnored(this ILogger logger, string problem);

    [LoggerMessage(2901, LogLevel.Error, "The audit log '{Path}' cannot be written: {Problem}. Credentials are handed out all the same; this is said once until it works again.")]
    public static partial void AuditFailed(this ILogger logger, string path, string problem);

    [LoggerMessage(2902, LogLevel.Warning, "credentials.imds is on: every local user can get the device's credentials on port {Port}.")]
    public static partial void OpenToAllUsers(this ILogger logger, int port);
}
