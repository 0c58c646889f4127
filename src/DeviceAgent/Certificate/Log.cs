using Microsoft.Extensions.Logging;

namespace DeviceAgent.Certificate;

/// <summary>Event ids 2800 to 2899. Never a key, a token or a PIN.</summary>
internal static partial class Log
{
    [LoggerMessage(2800, LogLevel.Information, "The new certificate {CertificateId} is issued, registered and staged; it is tried beside {Active}.")]
    public static partial void Staged(this ILogger logger, string certificateId, string active);

    [LoggerMessage(2801, LogLevel.Information, "The certificate {CertificateId} is proven and active, in {Path}; before it was {Before}, which can be deactivated.")]
    public static partial void Swapped(this ILogger logger, string certificateId, string before, string path);

    [LoggerMessage(2802, LogLevel.Error, "There is no new certificate ({Code}), {Active} stays active.")]
    public static partial void Rejected(this ILogger logger, string code, string active);

    [LoggerMessage(2803, LogLevel.Warning, "A change of the certificate that was under way is forgotten: {Problem}.")]
    public static partial void EnrolmentLost(this ILogger logger, string problem);
}
