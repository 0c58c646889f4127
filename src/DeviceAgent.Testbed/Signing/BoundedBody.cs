using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Testbed.Signing;

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
