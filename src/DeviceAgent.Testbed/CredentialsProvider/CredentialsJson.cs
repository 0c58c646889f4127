using System.Globalization;
using System.Text.Json;
using DeviceAgent.Testbed.Faults;
using DeviceAgent.Testbed.Signing;

namespace DeviceAgent.Testbed.CredentialsProvider;

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
