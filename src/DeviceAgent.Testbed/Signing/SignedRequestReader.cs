using System.Globalization;
using DeviceAgent.Testbed.Iam;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DeviceAgent.Testbed.Signing;

/// <summary>Reads the requests of a REST-JSON or Query service: checks who signed them and refuses the others.</summary>
internal sealed class SignedRequestReader(SigV4Verifier verifier, SignedService service, TimeProvider time)
{
    public const int MaxBodyBytes = 1024 * 1024;

    /// <summary>The request and its caller; null when it was refused, and then the answer is already written.</summary>
    public async Task<SignedRequest?> ReadAsync(HttpContext context)
    {
        var requestId = Guid.NewGuid().ToString();
        context.Response.Headers["x-amzn-RequestId"] = requestId;
        context.Response.Headers.Date = time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);

        if (await BoundedBody.ReadAsync(context.Request, MaxBodyBytes, context.RequestAborted) is not { } body)
        {
            await RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, "RequestEntityTooLargeException", "RequestEntityTooLarge",
                $"The request body is larger than {MaxBodyBytes} bytes", requestId);
            return null;
        }

        var result = verifier.Verify(RawRequest.From(context, body), service.ServiceNames);
        if (result.IsGood) return new SignedRequest(result.Caller, body, requestId);

        await RefuseAsync(context, StatusCodes.Status403Forbidden, result.Failure.Type, result.Failure.QueryCode, result.Failure.Message, requestId);
        return null;
    }

    private Task RefuseAsync(HttpContext context, int status, string type, string code, string message, string requestId) => service.Protocol switch
    {
        ServiceProtocol.Query => ErrorEnvelope.WriteQueryAsync(context, service.XmlNamespace, status, code, message, requestId),
        _ => ErrorEnvelope.WriteRestJsonAsync(context, status, type, message),
    };
}

/// <summary>A request whose signature is good.</summary>
internal sealed record SignedRequest(Caller Caller, ReadOnlyMemory<byte> Body, string RequestId);

/// <summary>A request exactly as received, which signatures are computed over.</summary>
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

/// <summary>Reads request bodies that must fit into memory.</summary>
internal static class BoundedBody
{
    /// <summary>The whole body, or null when it is longer than allowed; nothing beyond the limit is kept.</summary>
    public static async Task<byte[]?> ReadAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes) return null;
        using var body = new MemoryStream((int)(request.ContentLength ?? 0));
        var buffer = new byte[8192];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + read > maxBytes) return null;
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }
}
