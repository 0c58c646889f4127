using Microsoft.Extensions.Logging;

namespace DeviceAgent.Hosting;

internal static partial class Log
{
    [LoggerMessage(2300, LogLevel.Information, "device-agent {Version} for thing {Thing}: table {Table} in {Region}, role alias {RoleAlias} at {Endpoint}.")]
    public static partial void AgentStarts(this ILogger logger, string? version, string thing, string table, string region, string roleAlias, string endpoint);

    [LoggerMessage(2301, LogLevel.Information, "Certificate {CertificateId}, valid until {NotAfter}.")]
    public static partial void IdentityLoaded(this ILogger logger, string certificateId, string notAfter);

    [LoggerMessage(2302, LogLevel.Warning, "{Warning}")]
    public static partial void IdentityWarning(this ILogger logger, string warning);

    [LoggerMessage(2303, LogLevel.Warning, "dynamoDbEndpoint {Endpoint} is not encrypted: readings and the session token can be read on the way. Use https outside of tests.")]
    public static partial void EndpointNotEncrypted(this ILogger logger, Uri endpoint);
}
