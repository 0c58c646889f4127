using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Testbed.WebPage;

/// <summary>The files of the page, out of the program itself: no other server is asked for anything.</summary>
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
