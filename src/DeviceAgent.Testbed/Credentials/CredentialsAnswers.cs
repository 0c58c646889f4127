using System.Globalization;
using System.Text.Json;
using DeviceAgent.Testbed.Faults;
using DeviceAgent.Testbed.Signing;

namespace DeviceAgent.Testbed.Credentials;

/// <summary>The bodies of the answers.</summary>
internal static class CredentialsJson
{
    /// <summary>AWS's C client gives up on a longer answer.</summary>
    public const int ClientLimit = 2048;

    private const int Oversize = 1024 * 1024;

    public static byte[] Message(string message) => Write(json => json.WriteString("message", message));

    public static byte[] Credentials(IssuedCredentials credentials, CredentialsBody kind)
    {
        var body = Write(json =>
        {
            json.WriteStartObject("credentials");
            json.WriteString("accessKeyId", credentials.AccessKeyId);
            json.WriteString("secretAccessKey", credentials.SecretAccessKey);
            json.WriteString("sessionToken", credentials.SessionToken);
            json.WriteString("expiration", credentials.Expiration.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteEndObject();
            if (kind == CredentialsBody.Oversize) json.WriteString("padding", new string('x', Oversize));
        });
        return kind == CredentialsBody.Malformed ? body[..(body.Length / 2)] : body;
    }

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}

/// <summary>An answer without credentials, in the wording of the service.</summary>
internal sealed record CredentialsRefusal(int StatusCode, string ErrorType, string Message, int? RetryAfterSeconds = null)
{
    public static CredentialsRefusal CertificateInvalid { get; } = new(403, "AccessDeniedException", "Certificate is invalid on this endpoint");

    public static CredentialsRefusal InvalidThingName { get; } = new(403, "AccessDeniedException", "Invalid thing name passed");

    public static CredentialsRefusal AccessDenied { get; } = new(403, "AccessDeniedException", "Access Denied");

    public static CredentialsRefusal NoSuchAlias { get; } = new(404, "ResourceNotFoundException", "Role alias does not exist");

    public static CredentialsRefusal CannotAssumeRole { get; } =
        new(400, "InvalidRequestException", "Unable to assume the role, or the role to assume does not exist");

    public static CredentialsRefusal DurationTooLong { get; } =
        new(400, "InvalidRequestException", "The requested CredentialDurationSeconds exceeds the MaxSessionDuration set for the role");

    public static CredentialsRefusal Throttled { get; } = new(429, "ThrottlingException", "Rate exceeded", RetryAfterSeconds: 1);

    public static CredentialsRefusal NoSuchPath(string path) =>
        new(404, "UnknownOperationException", $"There is nothing at {path}: credentials are at /role-aliases/<alias>/credentials");

    public static CredentialsRefusal NoSuchMethod(string method) =>
        new(405, "MethodNotAllowedException", $"{method} is not possible: credentials are asked for with GET");

    /// <summary>What the service itself says with a status.</summary>
    public static CredentialsRefusal ForStatus(int status) => status switch
    {
        403 => AccessDenied,
        404 => NoSuchAlias,
        429 => Throttled with { RetryAfterSeconds = null },
        503 => new(503, "ServiceUnavailableException", "Service is temporarily unavailable"),
        >= 500 => new(status, "InternalFailureException", "An unexpected error has occurred"),
        _ => CannotAssumeRole with { StatusCode = status },
    };
}
