using System.Globalization;
using System.Text;

namespace DeviceAgent.Credentials.Tests.Fixtures;

/// <summary>Answers of a credentials provider, as raw HTTP.</summary>
internal static class Answers
{
    public const string SecretKey = "canary-secret-key";
    public const string Token = "canary-session-token";

    public static string Body(DateTimeOffset? expiration = null) =>
        $$$"""{"credentials":{"accessKeyId":"ASIATEST00000000","secretAccessKey":"{{{SecretKey}}}","sessionToken":"{{{Token}}}","expiration":"{{{(expiration ?? Pki.Now.AddHours(1)).UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}}}"}}""";

    public static string Ok(DateTimeOffset? expiration = null, DateTimeOffset? date = null) =>
        Http(200, Body(expiration), DateHeader(date ?? Pki.Now));

    public static string DateHeader(DateTimeOffset date) => "Date: " + date.ToString("R", CultureInfo.InvariantCulture);

    public static string Error(int status, string message, params string[] headers) =>
        Http(status, $$"""{"message":"{{message}}"}""", ["x-amzn-RequestId: request-1", .. headers]);

    public static string Http(int status, string body, params string[] headers) =>
        $"HTTP/1.1 {status} Reason\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n"
        + string.Concat(headers.Select(h => h + "\r\n")) + "\r\n" + body;
}
