using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DeviceAgent.Testbed.Signing;

/// <summary>A request as it came over the wire: signatures are computed over nothing less.</summary>
/// <param name="Method">As on the request line.</param>
/// <param name="Target">Path and query as on the request line, undecoded.</param>
/// <param name="Headers">In order of arrival; a name may occur more than once.</param>
/// <param name="Body">The whole body.</param>
internal sealed record RawRequest(string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers, ReadOnlyMemory<byte> Body)
{
    public static RawRequest From(HttpContext context, ReadOnlyMemory<byte> body)
    {
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var (name, values) in context.Request.Headers)
        {
            foreach (var value in values) headers.Add(new(name, value ?? ""));
        }

        return new RawRequest(context.Request.Method, context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, headers, body);
    }

    public string Path => Target.Split('?', 2)[0];

    /// <summary>What follows the first <c>?</c>; empty when there is none.</summary>
    public string Query => Target.Split('?', 2) is [_, var query] ? query : "";

    /// <summary>The values of a header joined by commas; null when it is absent.</summary>
    public string? Header(string name)
    {
        var values = Headers.Where(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value).ToList();
        return values.Count == 0 ? null : string.Join(',', values);
    }
}
