using System.Net;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Testbed.WebPage;

/// <summary>
/// The page has no password, so requests that change something must come from the page itself or from a program on this machine, not
/// from another page in the same browser.
/// </summary>
internal static class SameOrigin
{
    /// <summary>What is wrong with the request; null when nothing is.</summary>
    public static string? Problem(HttpRequest request)
    {
        var host = request.Host.Host.Trim('[', ']');
        if (host != "localhost" && !(IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address))) return $"The host '{request.Host}' is not this machine.";
        if (HttpMethods.IsGet(request.Method)) return null;
        if (request.Headers.Origin.ToString() is { Length: > 0 } origin && origin != $"{request.Scheme}://{request.Host}") return $"A page of {origin} may not change anything here.";
        return null;
    }
}
