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

    /// <summary>Always computed from the body: a header that claims another hash makes the signature wrong, as it should.</summary>
    private static string PayloadHash(RawRequest request) =>
        request.Header("x-amz-content-sha256") == UnsignedPayload ? UnsignedPayload : Hex(SHA256.HashData(request.Body.Span));

    private static string CollapseSpaces(string value) =>
        string.Join(' ', value.Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}

/// <summary>The path and the query of a canonical request, from their bytes on the request line.</summary>
internal static class CanonicalUri
{
    public static string Path(string rawPath, PathStyle style)
    {
        var path = style == PathStyle.Verbatim ? rawPath : RemoveDotSegments(rawPath);
        var segments = path.Split('/').Select(segment => Encode(segment, decodeFirst: style == PathStyle.Verbatim));
        return path.Length == 0 ? "/" : string.Join('/', segments);
    }

    /// <summary>Each parameter decoded and strictly encoded again, sorted by name, then value.</summary>
    /// <param name="rawQuery">Without the leading question mark.</param>
    /// <param name="without">A parameter to leave out; null keeps all.</param>
    public static string Query(string rawQuery, string? without)
    {
        var parameters = rawQuery.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(parameter => parameter.Split('=', 2))
            .Select(parts => (Name: Encode(parts[0], decodeFirst: true), Value: parts.Length == 2 ? Encode(parts[1], decodeFirst: true) : ""))
            .Where(parameter => parameter.Name != without)
            .OrderBy(parameter => parameter.Name, StringComparer.Ordinal)
            .ThenBy(parameter => parameter.Value, StringComparer.Ordinal);
        return string.Join('&', parameters.Select(parameter => $"{parameter.Name}={parameter.Value}"));
    }

    private static string RemoveDotSegments(string path)
    {
        var kept = new List<string>();
        foreach (var segment in path.Split('/'))
        {
            if (segment is "" or ".") continue;
            if (segment is not "..") kept.Add(segment);
            else if (kept.Count > 0) kept.RemoveAt(kept.Count - 1);
        }

        var last = path.EndsWith('/') && kept.Count > 0 ? "/" : "";
        return "/" + string.Join('/', kept) + last;
    }

    private static string Encode(string text, bool decodeFirst)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var encoded = new StringBuilder(bytes.Length);
        for (var i = 0; i < bytes.Length; i++)
        {
            var value = bytes[i];
            if (decodeFirst && value == '%' && TryHex(bytes.AsSpan(i + 1), out var decoded))
            {
                value = decoded;
                i += 2;
            }

            if (char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~') encoded.Append((char)value);
            else encoded.Append('%').Append(value.ToString("X2", CultureInfo.InvariantCulture));
        }

        return encoded.ToString();
    }

    private static bool TryHex(ReadOnlySpan<byte> after, out byte value)
    {
        value = 0;
        return after.Length >= 2 && byte.TryParse(after[..2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}

/// <summary>How a service turns the path on the request line into the canonical one.</summary>
internal enum PathStyle
{
    /// <summary>Every service but S3: dot segments and double slashes removed, then encoded once more.</summary>
    Normalized,

    /// <summary>S3: taken as it is, encoded once.</summary>
    Verbatim,
}
