using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Testbed.Web;

/// <summary>The files of the page, embedded in the program: it loads nothing from elsewhere.</summary>
internal static class PageAssets
{
    private const string Policy = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

    private static readonly Dictionary<string, (string ContentType, byte[] Content)> Files = new()
    {
        ["/"] = Load("index.html", "text/html; charset=utf-8"),
        ["/page.css"] = Load("page.css", "text/css; charset=utf-8"),
        ["/page.js"] = Load("page.js", "text/javascript; charset=utf-8"),
        ["/chart.js"] = Load("chart.js", "text/javascript; charset=utf-8"),
        ["/icon.svg"] = Load("icon.svg", "image/svg+xml"),
    };

    public static bool Has(string path) => Files.ContainsKey(path);

    public static async Task WriteAsync(HttpContext context)
    {
        var (contentType, content) = Files[context.Request.Path.Value!];
        context.Response.ContentType = contentType;
        context.Response.ContentLength = content.Length;
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        await context.Response.Body.WriteAsync(content, context.RequestAborted);
    }

    private static (string ContentType, byte[] Content) Load(string name, string contentType)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"page/{name}")!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return (contentType, content);
    }
}

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
