using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace DeviceAgent.Local;

/// <summary>How readings stand in a body.</summary>
internal enum BodyFormat
{
    /// <summary>One object, or an array of them.</summary>
    Json,

    /// <summary>One object a line.</summary>
    Ndjson,
}

internal static class BodyFormats
{
    /// <exception cref="RefusedException">Another type or encoding.</exception>
    public static BodyFormat Of(HttpRequest request)
    {
        var known = MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            && request.Headers.ContentEncoding.Count == 0;
        return (known ? type!.MediaType.Value?.ToLowerInvariant() : null) switch
        {
            "application/json" => BodyFormat.Json,
            "application/x-ndjson" => BodyFormat.Ndjson,
            _ => throw new RefusedException(
                StatusCodes.Status415UnsupportedMediaType,
                "Content-Type must be application/json (one reading or an array of them) or application/x-ndjson (one a line), in UTF-8 and without Content-Encoding"),
        };
    }
}
