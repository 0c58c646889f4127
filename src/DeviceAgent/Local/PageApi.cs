using System.Security.Cryptography;
using System.Text;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Diagnostics;
using DeviceAgent.History;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace DeviceAgent.Local;

/// <summary>
/// The page for people, <c>GET /</c>, and what it reads beside the status: <c>GET /v1/history</c> (<c>?after=</c> seconds since 1970) and <c>GET /v1/logs</c>. The
/// page itself says nothing of the device, so it needs no token; all that it shows does.
/// </summary>
internal sealed class PageApi(DayHistory history, RecentLines lines, StatusApi status)
{
    public const string PagePath = "/";
    public const string HistoryPath = "/v1/history";
    public const string LogsPath = "/v1/logs";
    public const string StatusPath = "/v1/status";

    private static readonly Lazy<PageFile> File = new(PageFile.Load);

    /// <summary>On the socket, which has the status already.</summary>
    public IReadOnlyList<LocalRoute> OnSocket =>
    [
        new(HttpMethods.Get, PagePath, RouteGuard.SocketOnly, GetPageAsync),
        new(HttpMethods.Get, HistoryPath, RouteGuard.SocketOnly, GetHistoryAsync),
        new(HttpMethods.Get, LogsPath, RouteGuard.SocketOnly, GetLogsAsync),
    ];

    /// <summary>On a port of its own.</summary>
    public IReadOnlyList<LocalRoute> OnPort =>
    [
        new(HttpMethods.Get, PagePath, RouteGuard.None, GetPageAsync),
        new(HttpMethods.Get, StatusPath, RouteGuard.Token, status.GetAsync),
        new(HttpMethods.Get, HistoryPath, RouteGuard.Token, GetHistoryAsync),
        new(HttpMethods.Get, LogsPath, RouteGuard.Token, GetLogsAsync),
    ];

    /// <summary>What a browser may ask for.</summary>
    public static bool IsOfThePage(PathString path) => path.Value is PagePath or StatusPath or HistoryPath or LogsPath;

    private static Task GetPageAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = File.Value.Policy;
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        return Answer.BytesAsync(context, StatusCodes.Status200OK, "text/html; charset=utf-8", File.Value.Content);
    }

    private Task GetHistoryAsync(HttpContext context)
    {
        var after = AfterOf(context.Request);
        var (series, samples) = history.Read(after is { } seconds ? (int)(seconds / 60) : null);
        return Answer.JsonAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteStartArray("series");
            foreach (var name in series) json.WriteStringValue(PrintableText.Of(name));
            json.WriteEndArray();

            // Time, waiting, uploaded in the minute, age of the credentials in seconds, values.
            json.WriteStartArray("samples");
            foreach (var sample in samples)
            {
                json.WriteStartArray();
                json.WriteNumberValue(sample.Minute * 60L);
                json.WriteNumberValue(sample.Waiting);
                json.WriteNumberValue(sample.Uploaded);
                if (sample.CredentialAge == HistorySample.None) json.WriteNullValue();
                else json.WriteNumberValue(sample.CredentialAge);
                for (var i = 0; i < series.Count; i++)
                {
                    if (float.IsNaN(sample.Values[i])) json.WriteNullValue();
                    else json.WriteNumberValue(sample.Values[i]);
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
        });
    }

    private Task GetLogsAsync(HttpContext context) => Answer.JsonAsync(context, StatusCodes.Status200OK, json =>
    {
        json.WriteStartArray("lines");
        foreach (var line in lines.All) LinesJson.Write(json, line);
        json.WriteEndArray();
    });

    private static long? AfterOf(HttpRequest request)
    {
        const string name = "after";
        if (request.Query.Keys.FirstOrDefault(k => k != name) is { } unknown) throw new RefusedException($"the parameter '{PrintableText.Of(unknown)}' is not known; there is {name}");
        if (request.Query[name] is not { Count: > 0 } text) return null;
        return long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var after) && after <= uint.MaxValue
            ? after
            : throw new RefusedException($"{name} must be seconds since 1970");
    }
}

/// <summary>The page: one file, in the program. Nothing else is loaded, and nothing in it runs but its own script.</summary>
internal sealed class PageFile
{
    private const string Name = "DeviceAgent.Local.page.html";

    private PageFile(byte[] content)
    {
        Content = content;
        var text = Encoding.UTF8.GetString(content);
        Policy = $"default-src 'none'; script-src '{HashOf(text, "script")}'; style-src '{HashOf(text, "style")}'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    public byte[] Content { get; }

    /// <summary>For the header Content-Security-Policy.</summary>
    public string Policy { get; }

    public static PageFile Load()
    {
        using var stream = typeof(PageFile).Assembly.GetManifestResourceStream(Name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return new PageFile(content);
    }

    private static string HashOf(string page, string element)
    {
        var start = page.IndexOf($"<{element}>", StringComparison.Ordinal) + element.Length + 2;
        var end = page.IndexOf($"</{element}>", start, StringComparison.Ordinal);
        return $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(page[start..end])))}";
    }
}

/// <summary>Refuses what a browser sends because a page of another site wants it to, also one whose name was rebound to this device.</summary>
/// <param name="port">The port of the listener; null on the socket, to which a person forwards any port (<c>ssh -L</c>).</param>
internal sealed class PageGuard(int? port)
{
    private static readonly string[] OwnSites = ["same-origin", "none"];

    /// <summary>Why the request is refused, or null.</summary>
    public string? FindProblem(HttpRequest request)
    {
        if (LoopbackGuard.ForwardingOf(request) is { } header) return $"forwarded requests are refused (header {header})";
        if (!LoopbackGuard.IsLocal(request.Host, port)) return port is { } own ? $"the Host header must be 127.0.0.1:{own}, [::1]:{own} or localhost:{own}" : "the Host header must be 127.0.0.1, [::1] or localhost, with any port";
        if (request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site && !OwnSites.Contains(site.ToString())) return "requests from pages of other sites are refused: type the address, or take the link that 'device-agent page' prints";
        if (request.Headers.Origin is { Count: > 0 } origin && origin.ToString() != $"http://{request.Host}") return $"requests from pages of other sites are refused (header {HeaderNames.Origin})";
        return null;
    }
}

/// <summary>The port of the page: its own token for all but the page itself.</summary>
internal sealed class PageAdmission(ListenerToken token) : IAdmission
{
    /// <summary>Whether the request has brought the token of the page, so that it may see readings.</summary>
    public static bool HasAdmitted(HttpContext context) => context.Features.Get<Admitted>() is not null;

    public void Admit(HttpContext context, LocalRoute route)
    {
        if (route.Guard == RouteGuard.None) return;
        if (route.Guard != RouteGuard.Token || !token.IsIn(context.Request)) throw new RefusedException(StatusCodes.Status401Unauthorized, $"the page needs its token ({ListenerToken.PageFileName} in the agent's state directory): open the link that 'device-agent page' prints");
        context.Features.Set(new Admitted());
    }

    private sealed class Admitted;
}
