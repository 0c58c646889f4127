using System.Globalization;
using System.Text;

namespace DeviceAgent.Testbed.Signing;

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
