using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DeviceAgent.Testbed.Signing;

/// <summary>The arithmetic of AWS Signature Version 4.</summary>
internal static class SigV4Canonicalizer
{
    public const string Algorithm = "AWS4-HMAC-SHA256";
    public const string Terminator = "aws4_request";
    public const string UnsignedPayload = "UNSIGNED-PAYLOAD";
    public const string DateFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <param name="request">As it came over the wire.</param>
    /// <param name="signedHeaders">The names as the signer listed them, joined by semicolons.</param>
    /// <param name="presigned">The signature is in the query, and not part of what was signed.</param>
    /// <param name="pathStyle">S3 differs from the rest.</param>
    public static string CanonicalRequest(RawRequest request, string signedHeaders, bool presigned = false, PathStyle pathStyle = PathStyle.Normalized)
    {
        var text = new StringBuilder()
            .Append(request.Method).Append('\n')
            .Append(CanonicalUri.Path(request.Path, pathStyle)).Append('\n')
            .Append(CanonicalUri.Query(request.Query, without: presigned ? "X-Amz-Signature" : null)).Append('\n');
        foreach (var name in signedHeaders.Split(';'))
        {
            var values = request.Headers.Where(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => CollapseSpaces(h.Value)).ToList();
            if (values.Count > 0) text.Append(name.ToLowerInvariant()).Append(':').AppendJoin(',', values).Append('\n');
        }

        return text.Append('\n').Append(signedHeaders).Append('\n').Append(PayloadHash(request)).ToString();
    }

    public static string StringToSign(string date, string scope, string canonicalRequest) =>
        $"{Algorithm}\n{date}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonicalRequest)))}";

    public static byte[] SigningKey(string secret, string date8, string region, string service)
    {
        var key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var part in (ReadOnlySpan<string>)[date8, region, service, Terminator]) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        return key;
    }

    public static string Signature(byte[] signingKey, string stringToSign) => Hex(HMACSHA256.HashData(signingKey, Encoding.UTF8.GetBytes(stringToSign)));

    public static string FormatDate(DateTimeOffset time) => time.UtcDateTime.ToString(DateFormat, CultureInfo.InvariantCulture);

    /// <summary>Always that of the body at hand: a header that claims another hash makes the signature wrong, as it should.</summary>
    private static string PayloadHash(RawRequest request) =>
        request.Header("x-amz-content-sha256") == UnsignedPayload ? UnsignedPayload : Hex(SHA256.HashData(request.Body.Span));

    private static string CollapseSpaces(string value) =>
        string.Join(' ', value.Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
