using System.Security.Cryptography;
using System.Text;
using DeviceAgent.Testbed.Signing;

namespace DeviceAgent.Testbed.Tests.Signing;

/// <summary>
/// A client that signs by hand. It shares no code with the testbed, so that the two can't be wrong together; it knows
/// paths that need no encoding, and queries that are canonical already.
/// </summary>
internal sealed record TestSigner(string AccessKeyId, string Secret, string? Token = null)
{
    public string Region { get; init; } = "us-east-1";

    public string Service { get; init; } = "dynamodb";

    public string Terminator { get; init; } = "aws4_request";

    /// <summary>Headers that are sent, but not signed.</summary>
    public string[] Unsigned { get; init; } = [];

    public static TestSigner With(IssuedCredentials credentials) => new(credentials.AccessKeyId, credentials.SecretAccessKey, credentials.SessionToken);

    public static TestSigner With(OperatorKey key) => new(key.AccessKeyId, key.SecretAccessKey);

    public RawRequest Sign(string method, string target, DateTimeOffset time, byte[] body, params (string Name, string Value)[] headers)
    {
        var all = headers.Append(("X-Amz-Date", Date(time))).ToList();
        if (Token is not null) all.Add(("X-Amz-Security-Token", Token));
        var signed = all.Where(h => !Unsigned.Contains(h.Item1, StringComparer.OrdinalIgnoreCase))
            .Select(h => (Name: h.Item1.ToLowerInvariant(), Value: h.Item2.Trim())).OrderBy(h => h.Name, StringComparer.Ordinal).ToList();
        var names = string.Join(';', signed.Select(h => h.Name));
        var parts = target.Split('?');
        var canonical = $"{method}\n{parts[0]}\n{(parts.Length > 1 ? parts[1] : "")}\n{string.Concat(signed.Select(h => $"{h.Name}:{h.Value}\n"))}\n{names}\n{Hash(body)}";
        var signature = Sign(canonical, time);
        all.Add(("Authorization", $"AWS4-HMAC-SHA256 Credential={AccessKeyId}/{Scope(time)}, SignedHeaders={names}, Signature={signature}"));
        return new RawRequest(method, target, [.. all.Select(h => KeyValuePair.Create(h.Item1, h.Item2))], body);
    }

    public RawRequest Presign(string method, string path, string host, DateTimeOffset time, int? expires = null, byte[]? body = null)
    {
        var parameters = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["X-Amz-Algorithm"] = "AWS4-HMAC-SHA256",
            ["X-Amz-Credential"] = $"{AccessKeyId}/{Scope(time)}",
            ["X-Amz-Date"] = Date(time),
            ["X-Amz-SignedHeaders"] = "host",
        };
        if (Token is not null) parameters["X-Amz-Security-Token"] = Token;
        if (expires is not null) parameters["X-Amz-Expires"] = $"{expires}";
        var query = string.Join('&', parameters.Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value)}"));
        var signature = Sign($"{method}\n{path}\n{query}\nhost:{host}\n\nhost\n{Hash(body ?? [])}", time);
        return new RawRequest(method, $"{path}?{query}&X-Amz-Signature={signature}", [new("Host", host)], body);
    }

    public static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'");

    private string Scope(DateTimeOffset time) => $"{Date(time)[..8]}/{Region}/{Service}/{Terminator}";

    private string Sign(string canonical, DateTimeOffset time)
    {
        var key = Mac(Mac(Mac(Mac(Encoding.UTF8.GetBytes("AWS4" + Secret), Date(time)[..8]), Region), Service), Terminator);
        return Convert.ToHexStringLower(Mac(key, $"AWS4-HMAC-SHA256\n{Date(time)}\n{Scope(time)}\n{Hash(Encoding.UTF8.GetBytes(canonical))}"));
    }

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
