using Microsoft.Extensions.Logging;

namespace DeviceAgent.Hosting;

internal static partial class Log
{
    [LoggerMessage(2300, LogLevel.Information, "device-agent {Version} for thing {Thing}: table {Table} in {Region}, role alias {RoleAlias} at {Endpoint}.")]
    public static partial void AgentStarts(this ILogger logger, string? version, string thing, string table, string region, string roleAlias, string endpoint);

    [LoggerMessage(2312, LogLevel.Information, "The configuration is {Path}.")]
    public static partial void ConfigurationRead(this ILogger logger, string path);

    [LoggerMessage(2301, LogLevel.Information, "Certificate {CertificateId}, valid until {NotAfter}, from {Path}.")]
    public static partial void IdentityLoaded(this ILogger logger, string certificateId, string notAfter, string path);

    [LoggerMessage(2302, LogLevel.Warning, "{Warning}")]
    public static partial void IdentityWarning(this ILogger logger, string warning);

    [LoggerMessage(2303, LogLevel.Warning, "dynamoDbEndpoint {Endpoint} is not encrypted: readings and the session token can be read on the way. Use https outside of tests.")]
    public static partial void EndpointNotEncrypted(this ILogger logger, Uri endpoint);

    [LoggerMessage(2304, LogLevel.Information, "The configuration was read again: {Changes}.")]
    public static partial void Reloaded(this ILogger logger, string changes);

    [LoggerMessage(2305, LogLevel.Warning, "{Keys}: take effect at the next start.")]
    public static partial void NeedRestart(this ILogger logger, string keys);

    [LoggerMessage(2306, LogLevel.Information, "{Keys}: changed in the configuration, but set remotely, which counts until it is taken back.")]
    public static partial void StayRemote(this ILogger logger, string keys);

    [LoggerMessage(2307, LogLevel.Error, "The configuration was read again and is not used, the present one stays active; errors: {Count}.")]
    public static partial void ReloadRefused(this ILogger logger, int count);

    [LoggerMessage(2308, LogLevel.Error, "  {Error}")]
    public static partial void ReloadError(this ILogger logger, string error);

    [LoggerMessage(2309, LogLevel.Error, "The configuration could not be read again; the present one stays active.")]
    public static partial void ReloadFailed(this ILogger logger, Exception exception);

    [LoggerMessage(2310, LogLevel.Warning, "The certificate that is active stays so: {Problem}")]
    public static partial void IdentityNotReloaded(this ILogger logger, string problem);

    [LoggerMessage(2311, LogLevel.Information, "The terminal was closed; the agent ends.")]
    public static partial void TerminalClosed(this ILogger logger);
}
