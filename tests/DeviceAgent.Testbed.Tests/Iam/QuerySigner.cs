using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime.Internal.Auth;

namespace DeviceAgent.Testbed.Tests.Iam;

/// <summary>Requests of the Query protocol, signed with the key derivation of the AWS SDK.</summary>
internal static class QuerySigner
{
    public static HttpRequestMessage Request(
        SigningKey key, HttpMethod method, Uri uri, string service, IEnumerable<(string Name, string Value)> parameters, DateTimeOffset now)
    {
        var form = string.Join('&', parameters
            .OrderBy(parameter => parameter.Name, StringComparer.Ordinal)
            .Select(parameter => $"{Uri.EscapeDataString(parameter.Name)}={Uri.EscapeDataString(parameter.Value)}"));
        var (query, body) = method == HttpMethod.Get ? (form, "") : ("", form);
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = uri.Authority,
            ["x-amz-date"] = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'"),
        };
        if (key.Token is not null) headers["x-amz-security-token"] = key.Token;

        var signedHeaders = string.Join(';', headers.Keys);
        var canonical = string.Join('\n', [
            method.Method, uri.AbsolutePath, query, .. headers.Select(header => $"{header.Key}:{header.Value}"), "", signedHeaders,
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))]);
        var signature = AWS4Signer.ComputeSignature(
            key.AccessKeyId, key.Secret, "us-east-1", now.UtcDateTime, service, signedHeaders, canonical);

        var request = new HttpRequestMessage(method, query.Length > 0 ? new Uri($"{uri}?{query}") : uri);
        if (body.Length > 0) request.Content = new StringContent(body, Encoding.UTF8, "application/x-www-form-urlencoded");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        request.Headers.TryAddWithoutValidation("Authorization", signature.ForAuthorizationHeader);
        return request;
    }
}
