using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace DeviceAgent.Local;

/// <summary>
/// Refuses what reaches the port and was not sent by a program on this device: a browser's page (also one whose name was rebound
/// to 127.0.0.1), a proxy, a server that was talked into fetching an address.
/// </summary>
internal sealed class LoopbackGuard(int port)
{
    private static readonly string[] LocalNames = ["127.0.0.1", "[::1]", "localhost"];

    private static readonly string[] Forwarding = ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", HeaderNames.Via, "Forwarded"];

    /// <summary>Why the request is refused, or null.</summary>
    public string? FindProblem(HttpRequest request)
    {
        if (!IsOurs(request.Host)) return $"the Host header must be 127.0.0.1:{port}, [::1]:{port} or localhost:{port}";
        foreach (var name in request.Headers.Keys)
        {
            if (name.Equals(HeaderNames.Origin, StringComparison.OrdinalIgnoreCase) || name.StartsWith("Sec-Fetch-", StringComparison.OrdinalIgnoreCase))
                return $"requests of browsers are refused (header {name})";
            if (Forwarding.Contains(name, StringComparer.OrdinalIgnoreCase)) return $"forwarded requests are refused (header {name})";
        }

        return null;
    }

    private bool IsOurs(HostString host) =>
        host.HasValue && LocalNames.Contains(host.Host, StringComparer.OrdinalIgnoreCase) && (host.Port ?? 80) == port;
}
